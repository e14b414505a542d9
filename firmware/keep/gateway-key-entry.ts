/*
 * What: a new gateway key in the journal: numbers that go behind those of the state, and so with every copy of it.
 * From where to where: send/gateway-key.ts -> journal -> flash, and back after a boot. Only in profiles that take new
 * keys; the others carry the numbers along unread. Espruino-safe.
 */
import type { Board } from '../board';
import { type Journal, keepState, stateOf } from './journal';

/** A gateway key that came over the air, 32 bytes, and its number, 0..2^32-1. */
export interface GatewayKey {
  sequence: number;
  key: Uint8Array;
}

/** The newest gateway key that was kept; null: the one of the configuration holds. */
export function keptGatewayKey(journal: Journal): GatewayKey | null {
  const numbers = journal.behindState;
  if (numbers.length === 0) return null;
  return { sequence: numbers[0], key: new Uint8Array(numbers.slice(1)) };
}

/**
 * Keeps a gateway key that was accepted: 32 bytes and its number. There must be a state already; its bulletin sequence
 * becomes 0, for the new gateway counts its own bulletins.
 */
export function keepGatewayKey(
  board: Board,
  journal: Journal,
  sequence: number,
  key: Uint8Array,
): void {
  const state = stateOf(journal.numbers);
  const numbers = [sequence];
  for (let i = 0; i < key.length; i++) numbers.push(key[i]);
  journal.behindState = numbers;
  state.bulletinSequence = 0;
  keepState(board, journal, state);
}
