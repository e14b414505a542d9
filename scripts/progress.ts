/*
 * progress.ts: what a verb that takes minutes says of its progress: on a terminal only, in one line that is written over.
 * Way: verb -> stderr.
 */

/** Shows what is being done and the share done, 0..1. Where nobody watches it says nothing. */
export function progressLine(): { show(what: string, share: number): void; end(): void } {
  const isWatched = process.stderr.isTTY === true;
  let told = '';
  return {
    show(what, share) {
      const text = share > 0 ? `${what} ${Math.floor(share * 100)} %` : `${what} …`;
      if (!isWatched || text === told) return;
      told = text;
      process.stderr.write(`\r\x1b[K${text}`);
    },
    end() {
      if (isWatched && told !== '') process.stderr.write('\r\x1b[K');
    },
  };
}
