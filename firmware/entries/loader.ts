/*
 * What: the loader of every nRF52 board: `step` says which part of it.
 * From where to where: the build wraps it in a function of `step`, the file tw.boot; .bootcde calls that.
 * The console leaves the serial port first of all: there is a radio on it. Forced: else the end of any Bluetooth connection gives it back
 * to the serial port, and what the radio says would be typed in. Where the console is on USB it stays there.
 */
import { askForSafeMode, loadProgram, noteGood } from '../boot/loader';

if (step === 'good') noteGood();
else if (step === 'safe') askForSafeMode();
else {
  if (process.env.BOARD === 'MDBT42Q') E.setConsole('Bluetooth', { force: true });
  global.program = loadProgram();
}
