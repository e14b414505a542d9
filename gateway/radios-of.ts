/*
 * radios-of.ts: the radios of a status as a list, with a name each, for metrics and doctor.
 * Way: GatewayStatus -> one entry a radio.
 */
import type { GatewayStatus, SessionWord } from './status';

/** One radio as the status shows it. */
export interface RadioView {
  /** Its number in the mesh; else its place in the configuration, from 1. */
  name: string;
  session: SessionWord;
  number: string | null;
}

/** The radios of a status. */
export function radiosOf({ radio }: Pick<GatewayStatus, 'radio'>): RadioView[] {
  return [radio].map(({ session, number }, at) => ({
    name: number ?? String(at + 1),
    session,
    number,
  }));
}
