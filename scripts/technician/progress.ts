/*
 * progress.ts: what an act at the bench tells while it runs.
 * Way: act -> command line (a line that is written over), page (server-sent events), batch.
 */

/** Told in the order in which it happens. All of it may be shown to anybody: no secret goes this way. */
export interface Progress {
  /** A step began. `step`: key below `step.` in the words; `details`: what its words mention. */
  step(step: string, details?: Readonly<Record<string, string | number>>): void;
  /** Of the step that runs: this share is done, 0..1. */
  share(done: number): void;
  /** Something a person should know that stops nothing. `note`: key below `note.` in the words. */
  note(note: string, details?: Readonly<Record<string, string | number>>): void;
}

/** Tells nobody. */
export const SILENT: Progress = { step: () => {}, share: () => {}, note: () => {} };
