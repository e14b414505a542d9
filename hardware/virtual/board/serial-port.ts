/*
 * Serial1: a UART whose bytes reach the firmware in pieces of at most 64 characters. What arrives
 * while the port is closed, nobody listens or the processor stands still is lost, and counted.
 * From: the radio's bytes. To: the firmware's 'data' listeners; and the way back.
 * Espruino-safe.
 */
import { bytesOf, stringOfBytes } from './byte-data';
import { type Machine, mustHavePower } from './machine';

/** Longest piece that one 'data' event brings, bytes. */
export const SERIAL_CHUNK_BYTES_MAX = 64;

type DataListener = (data: string) => void;

/** The board's side of its UART. */
export interface SerialPort {
  /** Bytes arriving now. */
  receive(bytes: Uint8Array): void;
  onTransmit: (bytes: Uint8Array, atMs: number) => void;
  reset(): void;
  // biome-ignore lint/suspicious/noExplicitAny: the globals are of every type
  global: any;
}

/** A closed port; `enterFirmware` runs a listener as an event. */
export function createSerialPort(
  machine: Machine,
  enterFirmware: (run: () => void) => void,
): SerialPort {
  let isOpen = false;
  let listeners: DataListener[] = [];
  const tellOne = (listener: DataListener, text: string) => () => listener(text);
  const port: SerialPort = {
    onTransmit: () => {},
    receive: (bytes) => {
      for (let at = 0; at < bytes.length; at += SERIAL_CHUNK_BYTES_MAX) {
        const end = at + SERIAL_CHUNK_BYTES_MAX;
        const piece = bytes.subarray(at, Math.min(end, bytes.length));
        const isHeard = machine.powered && isOpen && machine.busyUntilMs <= machine.nowMs;
        if (!isHeard || listeners.length === 0) {
          machine.counts.serialBytesLost += piece.length;
        } else {
          const text = stringOfBytes(piece);
          const told = listeners;
          for (let i = 0; i < told.length; i++) enterFirmware(tellOne(told[i], text));
        }
      }
    },
    reset: () => {
      isOpen = false;
      listeners = [];
    },
    global: {
      setup: (): void => {
        mustHavePower(machine);
        isOpen = true;
      },
      unsetup: (): void => {
        mustHavePower(machine);
        isOpen = false;
      },
      write: (data: unknown): void => {
        mustHavePower(machine);
        if (isOpen) port.onTransmit(new Uint8Array(bytesOf(data)), machine.nowMs);
      },
      on: (event: string, fn: DataListener): void => {
        if (event === 'data') listeners = listeners.concat([fn]);
      },
      removeAllListeners: (event?: string): void => {
        if (event === undefined || event === 'data') listeners = [];
      },
    },
  };
  return port;
}
