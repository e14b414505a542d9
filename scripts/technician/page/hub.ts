/*
 * hub.ts: what happens at the bench, for every browser window that looks: ports, and the acts that run at them.
 * Way: server.ts (orders) -> acts -> told to all listeners as it happens.
 */
import { randomUUID } from 'node:crypto';
import type { TFunction } from 'i18next';
import type { Bench } from '../bench';
import { findPorts, type PortFound } from '../board/ports';
import { PAGE_ADDRESSES_MAX, PAGE_NOTES_MAX } from '../limits';
import { Trouble } from '../trouble';
import { troubleWords } from '../words';
import type { PageAct, PageDoors } from './page-acts';

/** A port as the page shows it. */
export interface PagePort {
  port: string;
  guess: PortFound['guess'] | 'address';
  name: string;
}

/** An act at a port, as the page shows it: the last one of each port. */
export interface PageJob {
  id: string;
  act: string;
  port: string;
  state: 'running' | 'done' | 'failed';
  step: string;
  /** 0..1 */
  share: number;
  notes: string[];
  rows: (readonly string[])[];
  /** Site of which the label is shown; '' = none. */
  label: string;
  /** What a person is asked; '' = nothing. */
  question: string;
  /** Words of the result, or what went wrong. */
  said: string;
  /** What to do after a failure. */
  next: string;
}

/** Everything at a moment. */
export interface HubState {
  ports: PagePort[];
  jobs: PageJob[];
}

interface Running {
  job: PageJob;
  controller: AbortController;
  answer: ((text: string) => void) | null;
}

/** What is ordered. */
export interface ActOrder {
  act: string;
  port: string;
  values: Readonly<Record<string, string>>;
  isDryRun: boolean;
}

/** The hub. */
export interface Hub {
  state(): HubState;
  /** Calls `tell` at each change; returns what ends that. */
  listen(tell: (state: HubState) => void): () => void;
  /** Looks at the ports. */
  look(): Promise<void>;
  addAddress(port: string): void;
  /** Starts an act. false = one runs at this port, or there is no such act or port. */
  start(order: ActOrder, t: TFunction): boolean;
  answer(id: string, text: string): void;
  stop(id: string): void;
  /** Ends all that runs. */
  close(): void;
}

interface HubParts {
  bench: Bench;
  acts: readonly PageAct[];
  findPorts?: typeof findPorts;
}

function doorsOf(
  parts: HubParts,
  running: Running,
  isDryRun: boolean,
  t: TFunction,
  tell: () => void,
): PageDoors {
  const { job, controller } = running;
  const { signal } = controller;
  return {
    bench: parts.bench,
    isDryRun,
    signal,
    progress: {
      step(step, details) {
        Object.assign(job, { step: t(`step.${step}`, { ...details }), share: 0 });
        tell();
      },
      share(done) {
        job.share = done;
        tell();
      },
      note(note, details) {
        job.notes = [...job.notes, t(`note.${note}`, { ...details })].slice(-PAGE_NOTES_MAX);
        tell();
      },
    },
    show(rows) {
      job.rows = [...rows];
      tell();
    },
    showLabel(site) {
      job.label = site;
      tell();
    },
    ask: (question) =>
      new Promise((resolve, reject) => {
        const cancelled = () => reject(new Trouble('cancelled'));
        if (signal.aborted) return cancelled();
        signal.addEventListener('abort', cancelled, { once: true });
        job.question = question;
        running.answer = (text) => {
          signal.removeEventListener('abort', cancelled);
          running.answer = null;
          job.question = '';
          tell();
          resolve(text);
        };
        tell();
      }),
  };
}

function failed(job: PageJob, error: unknown, t: TFunction): void {
  job.state = 'failed';
  if (error instanceof Trouble) {
    const { what, next } = troubleWords(t, error);
    Object.assign(job, { said: what, next });
  } else job.said = error instanceof Error ? error.message : `${error}`;
}

async function runAct(
  act: PageAct,
  running: Running,
  doors: PageDoors,
  order: ActOrder,
  t: TFunction,
): Promise<void> {
  const { job } = running;
  try {
    job.said = await act.run(doors, order.port, order.values, t);
    job.state = 'done';
  } catch (error) {
    failed(job, error, t);
  }
  job.question = '';
  job.share = 1;
}

function newJob({ act, port }: ActOrder): PageJob {
  return {
    ...{ id: randomUUID(), act, port, state: 'running' as const, step: '', share: 0 },
    ...{ notes: [], rows: [], label: '', question: '', said: '', next: '' },
  };
}

/** A hub over the ports of this machine. */
export function createHub(parts: HubParts): Hub {
  const jobs = new Map<string, Running>();
  const listeners = new Set<(state: HubState) => void>();
  const addresses: string[] = [];
  let found: PagePort[] = [];
  const state = (): HubState => {
    const added = addresses.map((port) => ({ port, guess: 'address' as const, name: '' }));
    return { ports: [...found, ...added], jobs: [...jobs.values()].map(({ job }) => job) };
  };
  const tell = (): void => {
    const now = state();
    for (const listener of listeners) listener(now);
  };
  const byId = (id: string) => [...jobs.values()].find(({ job }) => job.id === id);
  return {
    state,
    listen(listener) {
      listeners.add(listener);
      listener(state());
      return () => listeners.delete(listener);
    },
    async look() {
      const { ports } = await (parts.findPorts ?? findPorts)();
      const now = ports.map(({ path, byId, guess, name }) => ({
        ...{ port: byId ?? path, guess, name: name ?? '' },
      }));
      if (JSON.stringify(now) === JSON.stringify(found)) return;
      found = now;
      tell();
    },
    addAddress(port) {
      if (addresses.includes(port) || addresses.length >= PAGE_ADDRESSES_MAX) return;
      addresses.push(port);
      tell();
    },
    start(order, t) {
      const act = parts.acts.find(({ name }) => name === order.act);
      const isThere = state().ports.some(({ port }) => port === order.port);
      if (!act || !isThere || jobs.get(order.port)?.job.state === 'running') return false;
      const running: Running = {
        job: newJob(order),
        controller: new AbortController(),
        answer: null,
      };
      jobs.set(order.port, running);
      const doors = doorsOf(parts, running, order.isDryRun, t, tell);
      tell();
      void runAct(act, running, doors, order, t).then(tell);
      return true;
    },
    answer: (id, text) => byId(id)?.answer?.(text),
    stop: (id) => byId(id)?.controller.abort(),
    close() {
      for (const { controller } of jobs.values()) controller.abort();
    },
  };
}
