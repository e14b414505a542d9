/*
 * stream.ts: tells changes to whoever listens at /api/v1/stream: server-sent events.
 * Way: commits, statements -> events -> listeners of HTTP. Bounded: so many listeners, and one that does not read is dropped.
 * Only what every reader may see is told. Source: WHATWG HTML, server-sent events.
 */
import { addressKey } from '../core/addresses';
import type { SiteFacts } from '../core/facts/site-facts';
import { type Answer, errorAnswer } from '../edges/http/answer';
import {
  STREAM_CLIENTS_MAX,
  STREAM_CLIENTS_PER_ADDRESS_MAX,
  STREAM_HEARTBEAT_MS,
  STREAM_MS_MAX,
} from '../limits/facts';

/** Where a listener's bytes go. */
export interface Listener {
  /** @returns false: too much waits, the listener is gone. */
  write(text: string): boolean;
  end(): void;
}

/** The stream. */
export interface Stream {
  /** Answers GET /api/v1/stream. @param from address of the other side */
  open(from: string): Answer;
  tell(event: 'site' | 'statement' | 'milestones', data: object): void;
  /** Listeners now. */
  size(): number;
  close(): void;
}

/** Timers of the clock that only rises. */
export type Every = (ms: number, run: () => void) => () => void;

function eventText(event: string, data: object): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** What is told of a site that changed. */
export function siteBriefOf({ site, status, lastHeard, flow, totals }: SiteFacts): object {
  return { site, status, lastHeard, flow, today: totals[0] };
}

/** Makes the stream. @param every runs something again and again; gives what ends it. */
export function createStream(every: Every, steadyMs: () => number): Stream {
  const listeners = new Map<Listener, { key: string; endMs: number }>();
  let stopBeating: (() => void) | null = null;
  const drop = (listener: Listener) => {
    listeners.delete(listener);
    listener.end();
    if (listeners.size > 0) return;
    stopBeating?.();
    stopBeating = null;
  };
  const tellAll = (text: string) => {
    for (const listener of [...listeners.keys()]) if (!listener.write(text)) drop(listener);
  };
  const beat = () => {
    // Rights are looked at when a listener comes: so it has to come again now and then.
    for (const [listener, { endMs }] of [...listeners]) if (steadyMs() >= endMs) drop(listener);
    tellAll(': still here\n\n');
  };
  const countOf = (key: string) =>
    [...listeners.values()].filter((listener) => listener.key === key).length;
  return {
    open(from) {
      const key = addressKey(from);
      if (listeners.size >= STREAM_CLIENTS_MAX || countOf(key) >= STREAM_CLIENTS_PER_ADDRESS_MAX) {
        return errorAnswer(503, 'too many listen already', { 'Retry-After': '30' });
      }
      const start = (listener: Listener) => {
        listeners.set(listener, { key, endMs: steadyMs() + STREAM_MS_MAX });
        stopBeating ??= every(STREAM_HEARTBEAT_MS, beat);
        if (!listener.write(`retry: 5000\n${eventText('ready', {})}`)) drop(listener);
        return () => drop(listener);
      };
      return { status: 200, type: 'text/event-stream', body: '', stream: start };
    },
    tell: (event, data) => {
      if (listeners.size > 0) tellAll(eventText(event, data));
    },
    size: () => listeners.size,
    close() {
      for (const listener of [...listeners.keys()]) drop(listener);
    },
  };
}
