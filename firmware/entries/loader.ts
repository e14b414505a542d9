/*
 * What: the loader of every nRF52 board: `step` says which part of it.
 * From where to where: the build wraps it in a function of `step`, the file tw.boot; .bootcde calls that.
 * The console leaves the serial port first of all: there is a radio on it. Where the console is on USB it stays there.
 */
import { askForSafeMode, loadProgram, noteGood } from '../boot/loader';

if (step === 'good') noteGood();
else if (step === 'safe') askForSafeMode();
else {
  if (process.env.BOARD === 'MDBT42Q') E.setConsole('Bluetooth');
  global.program = loadProgram();
}
