/*
 * indicators-jmp.ts: the rung of JMP's ladder for drinking water. It follows from source and time, which no sensor sees: people
 * are asked, and who said it stands beside it.
 * Pure. Source: WHO/UNICEF Joint Monitoring Programme, washdata.org: drinking water ladder.
 */
import { JMP_ROUND_TRIP_MINUTES } from '../../limits/facts';
import { type IndicatorInputs, indicator, numberSaid, said } from './indicator-inputs';
import type { Indicator } from './site-facts';
import type { StatementName } from './statements';

/** The rungs, best first. */
export const JMP_LEVELS = [
  'safely-managed',
  'basic',
  'limited',
  'unimproved',
  'surface-water',
] as const;
export type JmpLevel = (typeof JMP_LEVELS)[number];

const ASKED: readonly StatementName[] = [
  'water-source',
  'on-premises',
  'round-trip-minutes',
  'available-when-needed',
  'quality-safe',
];

/** The rung; null = too little was said. */
function levelOf(inputs: IndicatorInputs): JmpLevel | null {
  const source = said(inputs, 'water-source')?.value;
  if (source === undefined) return null;
  if (source === 'surface-water') return 'surface-water';
  if (source === 'unprotected-well' || source === 'unprotected-spring') return 'unimproved';
  const isYes = (about: StatementName) => said(inputs, about)?.value === 'yes';
  const onPremises = isYes('on-premises');
  if (onPremises && isYes('available-when-needed') && isYes('quality-safe'))
    return 'safely-managed';
  const minutes = onPremises ? 0 : numberSaid(inputs, 'round-trip-minutes');
  if (minutes === null) return null;
  return minutes <= JMP_ROUND_TRIP_MINUTES ? 'basic' : 'limited';
}

/** yes: at least basic. */
export function jmpIndicator(inputs: IndicatorInputs): Indicator {
  const value = levelOf(inputs);
  const isMet = value === 'basic' || value === 'safely-managed';
  return indicator('jmp-level', {
    ...{ value, estimate: true, answer: value === null ? 'unknown' : isMet ? 'yes' : 'no' },
    caveats: ['from-source-and-time', 'said-not-measured'],
    because: ASKED.flatMap((about) => said(inputs, about)?.because ?? []),
  });
}
