/*
 * console.ts: a conversation with Espruino's console: expressions and packets, one at a time, on a line that a program may
 * print on, too.
 * Way: espruino-board.ts <-> line.
 * Everything goes as packets: they work on a half typed line and behind an open bracket as well. Each expression carries a
 * number and is answered with it, so that neither a late answer nor printed text is taken for its answer.
 */
import {
  CONSOLE_BAUD,
  ERROR_CHARACTERS_MAX,
  ESPRUINO_MIN,
  EVALUATION_MS_MAX,
  HEADER_MS,
  PACKET_GIVEN_UP_MS,
  PACKET_TRIES_MAX,
  PROBE_MS_MAX,
  PROBES_MAX,
  REASON_MS_MAX,
  RECEIVED_BYTES_MAX,
} from '../limits';
import { Trouble } from '../trouble';
import type { Line, OpenLine } from './line';
import {
  encodePacket,
  type Found,
  findFault,
  findReply,
  findResponse,
  NAK,
  PACKET,
  PACKET_HEADER_BYTES,
  readStringLiteral,
} from './packets';

const CTRL_C = 0x03;
const CTRL_D = 0x04;
const CTRL_U = 0x15;
const DLE = '\x10';

/** Times of a conversation, ms. Tests on a fast line take shorter ones. */
export interface ConsoleTimes {
  probeMs: number;
  givenUpMs: number;
  reasonMs: number;
  headerMs: number;
  evaluationMs: number;
}

/** Those of real boards. */
export const CONSOLE_TIMES: ConsoleTimes = {
  probeMs: PROBE_MS_MAX,
  givenUpMs: PACKET_GIVEN_UP_MS,
  reasonMs: REASON_MS_MAX,
  headerMs: HEADER_MS,
  evaluationMs: EVALUATION_MS_MAX,
};

/** An answer, and what was printed before it. */
export interface Answered<Value> {
  value: Value;
  printed: string;
}

/** An open conversation. Everything throws Trouble unplugged when the line ends. */
export interface Console {
  port: string;
  /** Answers when the board is awake: breaks a running loop, waits for a packet that another tool left half sent. Throws also: no-prompt, not-espruino, old-espruino. */
  wake(): Promise<void>;
  /** Value of an expression, by JSON. Throws also: board-exception, out-of-memory, no-prompt. */
  evaluate(expression: string, during: string, msMax?: number): Promise<Answered<unknown>>;
  /** A packet that is acknowledged, or not; 'silence' = neither came in time. */
  send(
    type: number,
    content: Uint8Array,
    during: string,
  ): Promise<Answered<'ack' | 'nak' | 'silence'>>;
  /** What was printed since the last answer: a board that fell silent may have said why. */
  unanswered(): string;
  /** Clears the line that is typed and forgets what was received. */
  clear(during: string): Promise<void>;
  close(): Promise<void>;
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const fromLatin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

/** What is received on a line, and the one who waits for something in it. */
class Inbox {
  private received = new Uint8Array(0);
  private look: (() => void) | null = null;
  isClosed = false;

  push(bytes: Uint8Array): void {
    const all = Buffer.concat([this.received, bytes]);
    this.received = new Uint8Array(all.subarray(-RECEIVED_BYTES_MAX));
    this.look?.();
  }

  close(): void {
    this.isClosed = true;
    this.look?.();
  }

  forget(): string {
    const text = latin1(this.received);
    this.received = new Uint8Array(0);
    return text;
  }

  /** The first thing that `find` finds; null = nothing within `msMax`, or the line closed. What came before it is `printed`. */
  wait<Value>(
    find: (received: Uint8Array) => Found<Value> | null,
    msMax: number,
  ): Promise<Answered<Value> | null> {
    return new Promise((resolve) => {
      const end = (answered: Answered<Value> | null) => {
        clearTimeout(timer);
        this.look = null;
        resolve(answered);
      };
      const timer = setTimeout(() => end(null), msMax);
      this.look = () => {
        const found = find(this.received);
        if (found) {
          const printed = latin1(this.received.subarray(0, found.startsAt));
          this.received = this.received.slice(found.endsAt);
          end({ value: found.value, printed });
        } else if (this.isClosed) end(null);
      };
      this.look();
    });
  }

  /** What is there now, left in place. */
  peek(): string {
    return latin1(this.received);
  }
}

/**
 * An expression that answers `[number,value]` or `[number,null,error]` as a JSON text. Spaces keep the bytes 3 and 4 out of
 * the packet's length: at an idle board 3 is Ctrl-C.
 */
function numbered(expression: string, number: number): string {
  let code = `(function(){try{return JSON.stringify([${number},(${expression})])}catch(e){return JSON.stringify([${number},null,""+e])}})()`;
  while ([3, 4].includes(code.length & 255) || [3, 4].includes(code.length >> 8)) code += ' ';
  return code;
}

function isOfNumber(number: number): (content: Uint8Array) => boolean {
  const start = `"[${number},`;
  const alone = `"[${number}]`;
  return (content) => {
    const text = latin1(content.subarray(0, start.length));
    return text === start || text === alone;
  };
}

/** Holds one line; a board that starts anew gets a new one. */
class Conversation implements Console {
  private number = Math.floor(Math.random() * 9000) + 1000;
  /** What was printed before a question that nobody has answered yet. */
  private beforeQuestion = '';
  private constructor(
    private readonly line: Line,
    private readonly inbox: Inbox,
    private readonly times: ConsoleTimes,
  ) {}

  static async open(address: string, openLine: OpenLine, baud: number, times: ConsoleTimes) {
    const inbox = new Inbox();
    const events = {
      received: (bytes: Uint8Array) => inbox.push(bytes),
      closed: () => inbox.close(),
    };
    return new Conversation(await openLine(address, events, baud), inbox, times);
  }

  get port(): string {
    return this.line.port;
  }

  close(): Promise<void> {
    return this.line.close();
  }

  private checkOpen(during: string): void {
    if (this.inbox.isClosed) throw new Trouble('unplugged', { port: this.port, during });
  }

  /** Lets time pass, shorter when the line closes. */
  private async pause(ms: number): Promise<void> {
    await this.inbox.wait<null>(() => null, ms);
  }

  /** The answer to an expression; 'nak' with what was printed around it; null = silence. */
  private async ask(
    expression: string,
    msMax: number,
  ): Promise<Answered<unknown[] | 'nak'> | null> {
    const number = this.number++;
    const isWanted = isOfNumber(number);
    const until = Date.now() + msMax;
    const before = this.unanswered();
    this.inbox.forget();
    this.beforeQuestion = before.slice(-RECEIVED_BYTES_MAX);
    this.line.write(encodePacket(PACKET.EVAL, fromLatin1(numbered(expression, number))));
    let find = (received: Uint8Array): Found<Uint8Array | 'nak'> | null =>
      findResponse(received, isWanted) ??
      (received.includes(NAK) ? { value: 'nak', startsAt: 0, endsAt: 0 } : null);
    let answered = await this.inbox.wait(find, msMax);
    if (answered?.value === 'nak') {
      find = (received) => findResponse(received, isWanted) ?? findReason(received);
      answered = await this.inbox.wait(find, this.times.reasonMs);
      const isQuiet = () => this.inbox.peek().endsWith('\x15');
      // Printed text may hold such a byte; a board that refused says why, or nothing more.
      if (!answered && isQuiet()) return { value: 'nak', printed: this.inbox.forget() };
      answered ??= await this.inbox.wait(find, Math.max(0, until - Date.now()));
    }
    if (!answered) return null;
    this.beforeQuestion = '';
    const { value } = answered;
    const printed = before + answered.printed;
    if (value === 'nak') return { value, printed };
    return { value: JSON.parse(readStringLiteral(latin1(value)) ?? '[]') as unknown[], printed };
  }

  async wake(): Promise<void> {
    for (let probe = 0; probe < PROBES_MAX; probe++) {
      this.checkOpen('wake');
      const answered = await this.ask('1', this.times.probeMs);
      if (answered && answered.value !== 'nak') return;
      // Silence ends a packet that was left half sent; only then byte 3 is Ctrl-C and not content.
      if (!this.inbox.peek().includes('\x15')) await this.pause(this.times.givenUpMs);
      this.checkOpen('wake');
      this.line.write(new Uint8Array([CTRL_C]));
      await this.pause(this.times.reasonMs);
    }
    await this.wakeOld();
  }

  /** No packets: is it an Espruino from before them, or something else? */
  private async wakeOld(): Promise<never> {
    const heard = this.inbox.forget();
    const question = `${DLE}print("<"+"tw",process.env.VERSION,process.env.BOARD,"tw>")\n`;
    this.line.write(fromLatin1(question));
    const answered = await this.inbox.wait((received) => {
      const match = /<tw (\S+) (\S+) tw>/.exec(latin1(received));
      return match ? { value: match, startsAt: 0, endsAt: received.length } : null;
    }, this.times.probeMs);
    this.checkOpen('wake');
    const { port } = this;
    if (answered) {
      const { major, minor } = ESPRUINO_MIN;
      const [, version = '', board = ''] = answered.value;
      throw new Trouble('old-espruino', { port, version, board, wanted: `${major}v${minor}` });
    }
    const found = otherDevice(heard + this.inbox.forget());
    if (found) throw new Trouble('not-espruino', { port, found });
    throw new Trouble('no-prompt', { port });
  }

  async evaluate(
    expression: string,
    during: string,
    msMax = this.times.evaluationMs,
  ): Promise<Answered<unknown>> {
    for (let tries = 1; ; tries++) {
      this.checkOpen(during);
      const answered = await this.ask(expression, msMax);
      this.checkOpen(during);
      if (!answered) {
        const isMemory = findFault(this.unanswered())?.fault === 'out-of-memory';
        if (isMemory) throw new Trouble('out-of-memory', { during });
        throw new Trouble('no-prompt', { port: this.port, during });
      }
      const { value, printed } = answered;
      const fault = findFault(printed);
      if (value !== 'nak' && value.length < 3) return { value: value[1], printed };
      if (fault?.fault === 'out-of-memory') throw new Trouble('out-of-memory', { during });
      if (value !== 'nak') throw exception(String(value[2]), during);
      if (fault) throw exception(fault.error, during);
      if (tries === PACKET_TRIES_MAX) throw new Trouble('packet-refused', { during, times: tries });
      await this.clear(during);
    }
  }

  async send(
    type: number,
    content: Uint8Array,
    during: string,
  ): Promise<Answered<'ack' | 'nak' | 'silence'>> {
    this.checkOpen(during);
    const printedBefore = this.inbox.forget();
    const packet = encodePacket(type, content);
    if (content.includes(CTRL_C) || content.includes(CTRL_D)) {
      this.line.write(packet.subarray(0, PACKET_HEADER_BYTES));
      await this.pause(this.times.headerMs);
      this.line.write(packet.subarray(PACKET_HEADER_BYTES));
    } else this.line.write(packet);
    const answered = await this.inbox.wait(findReply, this.times.evaluationMs);
    this.checkOpen(during);
    if (!answered) return { value: 'silence', printed: printedBefore + this.inbox.forget() };
    // A Storage that is full is told behind the acknowledgement, most often with it.
    return { value: answered.value, printed: printedBefore + answered.printed + this.inbox.peek() };
  }

  unanswered(): string {
    return this.beforeQuestion + this.inbox.peek();
  }

  async clear(during: string): Promise<void> {
    this.checkOpen(during);
    this.beforeQuestion = '';
    this.line.write(new Uint8Array([CTRL_U]));
    await this.pause(this.times.reasonMs);
    this.inbox.forget();
  }
}

/** The reason of a NAK, once it is told to its end: the prompt follows. */
function findReason(received: Uint8Array): Found<'nak'> | null {
  const text = latin1(received);
  const isToldWhole = text.includes('\x15') && /(?:Uncaught|MEMORY).*\n>/s.test(text);
  return isToldWhole ? { value: 'nak', startsAt: received.length, endsAt: received.length } : null;
}

function exception(error: string, during: string): Trouble {
  const fault = findFault(error);
  if (fault?.fault === 'out-of-memory') return new Trouble('out-of-memory', { during });
  return new Trouble('board-exception', { during, error: error.slice(0, ERROR_CHARACTERS_MAX) });
}

/** What it sounds like; null = nothing that is known. */
function otherDevice(heard: string): string | null {
  if (heard.includes('\x94\xc3')) return 'Meshtastic';
  if (/rst:0x|ets [A-Z][a-z]{2} |ESP-ROM/.test(heard)) return 'ESP32';
  if (/MicroPython|CircuitPython|>>> /.test(heard)) return 'Python';
  return null;
}

/** Opens a line and a conversation on it; wake() says whether somebody is there. Throws: Trouble of the line. */
export function openConsole(
  address: string,
  openLine: OpenLine,
  baud = CONSOLE_BAUD,
  times = CONSOLE_TIMES,
): Promise<Console> {
  return Conversation.open(address, openLine, baud, times);
}
