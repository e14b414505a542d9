/*
 * What: the self-test: each part of the node, whether it works, and what to check where it does not.
 * From where to where: board and node -> a list of [part, passed, what to check]. Changes nothing. Espruino-safe.
 */
import { isTooLowToWrite } from '../keep/voltage';
import { FREE_VARIABLES_MIN } from '../node-limits';
import { namedFaults } from './sensor-names';
import type { Answer, Technician } from './technician';

type Check = [part: string, isGood: boolean, advice: string];

function signsAndVerifies(technician: Technician): boolean {
  const signer = technician.board.signer;
  if (!signer) return false;
  const message = new Uint8Array([84, 119]);
  const signature = signer.sign(message);
  if (!signer.verify(signature, message, signer.publicKey)) return false;
  signature[0] ^= 1;
  return !signer.verify(signature, message, signer.publicKey);
}

/** How long ten signatures and ten checks take, ms; zeros without a signer. For docs/bench.md. */
function signingTimes(technician: Technician): number[] {
  const { signer, uptimeMs } = technician.board;
  if (!signer) return [0, 0];
  const message = new Uint8Array(128);
  const startMs = uptimeMs();
  const signature = signer.sign(message);
  for (let i = 1; i < 10; i++) signer.sign(message);
  const signedMs = uptimeMs();
  for (let i = 0; i < 10; i++) signer.verify(signature, message, signer.publicKey);
  return [signedMs - startMs, uptimeMs() - signedMs];
}

function isRandom(technician: Technician): boolean {
  const first = technician.board.random32();
  return first !== technician.board.random32() || first !== technician.board.random32();
}

function readsFlash(technician: Technician): boolean {
  const flash = technician.board.flash;
  return flash.pageCount >= 2 && flash.read(0, 0, 12).length === 12;
}

/** Names each sensor that does not work, and says why. */
function adviceOf(technician: Technician): string {
  if (!technician.node) return 'provision the node first';
  return JSON.stringify(namedFaults(technician.node.sense));
}

/** Runs all checks; a part that throws has failed. */
export function selftest(technician: Technician): Answer {
  const board = technician.board;
  const checks: Check[] = [];
  const check = (part: string, advice: string, isGood: () => boolean): void => {
    let passed = false;
    try {
      passed = isGood();
    } catch (_) {
      passed = false;
    }
    checks.push([part, passed, passed ? '' : advice]);
  };
  check('configuration', 'provision the node: tw.cfg is missing', () => board.config !== null);
  check(
    'key',
    'erased: make the key; torn: replace the node',
    () => technician.doors.keyState() === 'good',
  );
  check('signing', 'write the file ed25519 for this board again', () =>
    signsAndVerifies(technician),
  );
  check('randomness', 'replace the board', () => isRandom(technician));
  check('journal', 'make the file journal with room for two flash pages', () =>
    readsFlash(technician),
  );
  check('battery', 'charge or replace the battery', () => !isTooLowToWrite(board));
  check('memory', 'write another Espruino or a smaller program', () => {
    return technician.doors.device().freeVariables >= FREE_VARIABLES_MIN;
  });
  check('sensors', adviceOf(technician), () => {
    return technician.node !== null && technician.node.sense.faults === 0;
  });
  const times = signingTimes(technician);
  let failed = 0;
  for (let i = 0; i < checks.length; i++) if (!checks[i][1]) failed++;
  return { failed: failed, checks: checks, tenSignaturesMs: times[0], tenChecksMs: times[1] };
}
