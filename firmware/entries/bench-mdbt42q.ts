/*
 * What: the bench program of an MDBT42Q: the technician's console, and nothing that counts or sends. It makes the node's key
 * on the chip and tests the parts; then the program of its site takes its place. There is no room for both.
 * Who is at the cable keeps the console; who came by Bluetooth keeps it, too. So no radio may hang on the wires meanwhile.
 * From where to where: the build makes dist/firmware/bench-mdbt42q.js of it.
 */
import { createNrf52832, mdbt42qTechnicianDoors } from '../boards/nrf52832';
import { startConsole } from '../console/console';
import { TICK_MS } from '../node-limits';

if (!NRF.getSecurityStatus().connected) E.setConsole('Serial1');
const board = createNrf52832();
startConsole(board, mdbt42qTechnicianDoors(board));
board.every(TICK_MS, () => board.kickWatchdog());
board.say('bench program: tw("selftest"), tw("key")');
