/*
 * What: the program of a water-point on a XIAO nRF52840 with a radio chip of its own, a Wio-SX1262.
 * From where to where: the build makes dist/firmware/water-point-xiao-lora.js of it.
 */
import { createNrf52840, createXiaoCipher, xiaoTechnicianDoors } from '../boards/nrf52840';
import { createXiaoLoraDoor } from '../boards/xiao-lora-door';
import { startConsole } from '../console/console';
import { waterPointWithSensors } from '../kinds/water-point-sensors';
import { createConfiguredLoraLink } from '../links/lora-of-config';
import { startNode } from '../node';
import { startBulletinWindows } from '../send/bulletin-windows';
import { startEvents } from '../send/events';
import { startGatewayKey } from '../send/gateway-key';

const board = createNrf52840();
board.lora = createXiaoLoraDoor();
if (board.signer) board.cipher = createXiaoCipher();
const attachConsole = startConsole(board, xiaoTechnicianDoors(board));
const kind = waterPointWithSensors(board.config);
startNode(board, createConfiguredLoraLink(board), kind, (node) => {
  attachConsole(node);
  startEvents(node);
  startGatewayKey(node);
  startBulletinWindows(node);
});
