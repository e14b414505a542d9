/*
 * What: the program of a canteen on a XIAO nRF52840 with a Meshtastic radio on its serial port.
 * From where to where: the build makes dist/firmware/canteen-xiao.js of it.
 */
import { createNrf52840, xiaoTechnicianDoors } from '../boards/nrf52840';
import { startConsole } from '../console/console';
import { canteenWithSensors } from '../kinds/canteen-sensors';
import { createConfiguredUartLink } from '../links/uart-of-config';
import { startNode } from '../node';
import { startBulletinWindows } from '../send/bulletin-windows';
import { startEvents } from '../send/events';
import { startGatewayKey } from '../send/gateway-key';

const board = createNrf52840();
const attachConsole = startConsole(board, xiaoTechnicianDoors(board));
startNode(board, createConfiguredUartLink(board), canteenWithSensors, (node) => {
  attachConsole(node);
  startEvents(node);
  startGatewayKey(node);
  startBulletinWindows(node);
});
