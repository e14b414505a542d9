/*
 * parent.ts: the IPC channel to a parent process (the village) that keeps this gateway's clock.
 * Way: parent's barrier and stop messages -> gateway; ready and barrier answers -> parent.
 * Form: child -> {type:'ready', publicKey, pid, httpUrl, mqttUrl}; parent -> {type:'barrier', id, timeMs,
 * radioBytes, isVouched?, bootId?}; child -> {type:'barrier', id, radioBytes, session}; parent -> {type:'stop'}.
 */

/** How far the parent has come. */
export interface Barrier {
  id: number;
  /** Unix time of the parent's world, ms. */
  timeMs: number;
  /** Does somebody vouch for that time, as a time server would? Default yes. */
  isVouched?: boolean;
  /** Changes when the gateway's machine was started anew. */
  bootId?: string;
  /** Bytes the radio has written on the current connection. */
  radioBytes: number;
}

/** What this process tells. */
export type ToParent =
  | {
      type: 'ready';
      publicKey: string;
      pid: number;
      httpUrl: string;
      mqttUrl: string;
      mqttTlsUrl: string | null;
    }
  | { type: 'barrier'; id: number; radioBytes: number; session: 'closed' | 'syncing' | 'ready' };

/** Called for the parent's messages, one at a time. */
export interface ParentHandlers {
  barrier(barrier: Barrier): Promise<ToParent>;
  /** The parent asks to stop, or is gone. */
  stop(): void;
}

/** Tells the parent something. Does nothing when it is gone. */
export function tellParent(message: ToParent): void {
  if (process.connected) process.send?.(message);
}

/** Listens to the parent. Throws: when this process was not started with an IPC channel. */
export function listenToParent(handlers: ParentHandlers): void {
  if (process.send === undefined)
    throw new Error('--clock parent needs a parent with an IPC channel');
  let last: Promise<void> = Promise.resolve();
  process.on('message', (message: { type: string } & Barrier) => {
    if (message.type === 'stop') return handlers.stop();
    if (message.type !== 'barrier') return;
    // In order, and a failure is not caught: it ends this process loudly.
    last = last.then(async () => tellParent(await handlers.barrier(message)));
  });
  process.on('disconnect', () => handlers.stop());
}
