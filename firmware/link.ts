/*
 * What: everything the node asks of its way into the mesh. The only door to the radio.
 * From where to where: links/*.ts build one; sender.ts and bulletins.ts use it.
 */

/**
 * What became of a packet, as far as the mesh can tell. None of them frees a record: only a bulletin does.
 * delivered: the gateway's radio acknowledged. refused: our own radio would not take it.
 * nak: the mesh gave up. silent: no word in time, or only a neighbour's echo.
 */
export type Outcome = 'delivered' | 'refused' | 'nak' | 'silent';

/** What a link tells the technician's console. The build keeps these names as they are (scripts/build/own-names.ts). */
export interface LinkTold {
  /** The radio answered, and has the channel. */
  isReady?: boolean;
  hasChannel?: boolean;
  /** Refusals and silences of the radio since the start. */
  failures?: number;
  /** The radio's own number; 0 = not told yet. */
  nodeNum?: number;
  /** Uptime at which the radio was heard last, s. */
  heardS?: number;
  /** The radio has power now. */
  isOn?: boolean;
  /** Times that the radio was not ready in time. */
  notReady?: number;
  /** The radio chip works. */
  isUp?: boolean;
  faults?: number;
  /** Sent in the last hour, and allowed in an hour, ms. */
  sentInHourMs?: number;
  allowedMs?: number;
  /** Packets: heard, not of our channel, refused. */
  heard?: number;
  undecryptable?: number;
  refused?: number;
}

export interface Link {
  /** Opens the link; `onBroadcast` gets each broadcast on our port, with the sender's node number. */
  start(onBroadcast: (packet: Uint8Array, from: number) => void): void;
  /** Sends to the gateway; `done` is called once, later. false: not ready or busy, nothing was sent. */
  send(packet: Uint8Array, done: (outcome: Outcome) => void): boolean;
  /**
   * Hears broadcasts until this uptime, s, whatever was asked before: a time that has passed ends it. What is sent
   * keeps its own time. Left out by a link that always hears.
   */
  listenUntil?(uptimeS: number): void;
  /** For a technician: named values of the link's own. Left out by a link that has none to tell. */
  status?(): LinkTold;
  /** The gateway's radio number, as learned from a verified bulletin. */
  setGateway(nodeNum: number): void;
}
