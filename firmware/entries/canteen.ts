/*
 * What: the program of a canteen on an nRF52832 with a Meshtastic radio on its serial port.
 * From where to where: the build makes dist/firmware/canteen.js of it.
 */
import { closeBluetoothLater, createNrf52832 } from '../boards/nrf52832';
import { canteen } from '../kinds/canteen';
import { createUartLink } from '../links/uart';
import { createSession } from '../links/uart-session';
import { startNode } from '../node';

const board = createNrf52832();
startNode(board, createUartLink(board, createSession(board)), canteen);
closeBluetoothLater();
