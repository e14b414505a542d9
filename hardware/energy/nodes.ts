/*
 * The nodes whose energy is told: LongFast, a record an hour.
 * From: currents.ts and activity.ts. To: scripts/bench/energy.ts, tests.
 */
import { LONG_FAST } from '../../shared/meshtastic/airtime';
import {
  type Activity,
  countingS,
  listeningS,
  RECORD_BYTES,
  radioPoweredS,
  sendingS,
  talkingS,
  waitingS,
} from './activity';
import {
  CPU,
  HALL,
  MDBT42Q_ASLEEP,
  RADIO_LISTENING,
  RADIO_SENDING,
  REED,
  SX1262_ASLEEP,
  SX1262_LISTENING,
  SX1262_SENDING,
  UART_OPEN,
  XIAO_ASLEEP,
  XIAO_FLASH_STANDBY,
} from './currents';
import { always, during, type Line, type NodeLedger } from './ledger';

/** LongFast, 1.9 tries; an answer comes within 4 s, a try without one is given up after 9 s. */
export const HOURLY: Activity = {
  preset: LONG_FAST,
  recordBytes: RECORD_BYTES,
  tries: 1.9,
  answeredS: 4,
  unansweredS: 9,
};

const XIAO: Line[] = [
  always(XIAO_ASLEEP),
  always(XIAO_FLASH_STANDBY),
  during(CPU, countingS() + talkingS(HOURLY)),
];
const OWN_RADIO: Line[] = [
  always(SX1262_ASLEEP),
  during(SX1262_SENDING, sendingS(HOURLY)),
  during(SX1262_LISTENING, waitingS(HOURLY) + listeningS()),
];
/** The magnet may stand over the reed for as long as nobody draws water: half of all time. */
const REED_METER: Line = during(REED, 43_200);

/** The bar: lora link, reed meter. It listens as long when it searches for the time: the budget is the same. */
export const LORA_REED: NodeLedger = {
  name: 'lora, reed meter (knowing the time, or searching for it)',
  lines: [...XIAO, ...OWN_RADIO, REED_METER],
};

export const NODES: NodeLedger[] = [
  LORA_REED,
  { name: 'lora, Hall meter', lines: [...XIAO, ...OWN_RADIO, always(HALL)] },
  {
    name: 'uart, radio powered only to send, reed meter',
    lines: [
      ...XIAO,
      during(UART_OPEN, radioPoweredS(HOURLY)),
      during(RADIO_LISTENING, radioPoweredS(HOURLY)),
      during(RADIO_SENDING, sendingS(HOURLY)),
      REED_METER,
    ],
  },
  {
    name: 'uart, radio always on and relaying, reed meter (MDBT42Q)',
    lines: [
      always(MDBT42Q_ASLEEP),
      during(CPU, countingS() + talkingS(HOURLY)),
      always(UART_OPEN),
      always(RADIO_LISTENING),
      // Its own records, and four times as much for others.
      during(RADIO_SENDING, 5 * sendingS(HOURLY)),
      REED_METER,
    ],
  },
];
