/*
 * What: keeps a transmitter within its share of an hour, also through restarts.
 * From where to where: the link asks before it sends, and tells what it sent. Source: duty cycles of the regions (ETSI
 * EN 300 220 and the like): a share of any hour. Espruino-safe.
 */
import { DUTY_AT_START_PERCENT, DUTY_SLICE_MS, DUTY_SLICES } from '../node-limits';

const HOUR_MS = 3600000;

export interface DutyCycle {
  /** 0 = no limit. */
  allowedMs: number;
  /** Sent in each slice, ms; the newest is `slice % DUTY_SLICES`. */
  sentMs: number[];
  /** Number of the newest slice since boot. */
  slice: number;
}

/** `percent` 100 = no limit. What was sent before the start is not known: most of the allowance counts as used. */
export function createDutyCycle(percent: number): DutyCycle {
  const allowedMs = percent >= 100 ? 0 : Math.floor((HOUR_MS * percent) / 100);
  const sentMs: number[] = [];
  for (let i = 0; i < DUTY_SLICES; i++) sentMs.push(0);
  sentMs[0] = Math.floor((allowedMs * DUTY_AT_START_PERCENT) / 100);
  return { allowedMs: allowedMs, sentMs: sentMs, slice: 0 };
}

/** Goes on to the slice of this uptime; what is older than an hour is forgotten. */
function advance(duty: DutyCycle, uptimeMs: number): void {
  const slice = Math.floor(uptimeMs / DUTY_SLICE_MS);
  const steps = Math.min(DUTY_SLICES, slice - duty.slice);
  for (let i = 1; i <= steps; i++) duty.sentMs[(slice - steps + i) % DUTY_SLICES] = 0;
  duty.slice = slice;
}

/** Sent in the last hour and up to one slice more, ms. */
export function sentInHourMs(duty: DutyCycle, uptimeMs: number): number {
  advance(duty, uptimeMs);
  let sum = 0;
  for (let i = 0; i < DUTY_SLICES; i++) sum += duty.sentMs[i];
  return sum;
}

/** Whether a frame of this airtime may be sent now. */
export function mayTransmit(duty: DutyCycle, uptimeMs: number, airtimeMs: number): boolean {
  return duty.allowedMs === 0 || sentInHourMs(duty, uptimeMs) + airtimeMs <= duty.allowedMs;
}

/** A frame was sent. */
export function noteTransmission(duty: DutyCycle, uptimeMs: number, airtimeMs: number): void {
  advance(duty, uptimeMs);
  duty.sentMs[duty.slice % DUTY_SLICES] += airtimeMs;
}
