/*
 * What: the program of a canteen on a XIAO nRF52840 with a radio chip of its own, a Wio-SX1262.
 * From where to where: the build makes dist/firmware/canteen-xiao-lora.js of it.
 */
import { createNrf52840, createXiaoCipher, xiaoTechnicianDoors } from '../boards/nrf52840';
import { createXiaoLoraDoor } from '../boards/xiao-lora-door';
import { startConsole } from '../console/console';
import { canteenWithSensors } from '../kinds/canteen-sensors';
import { createConfiguredLoraLink } from '../links/lora-of-config';
import { startNode } from '../node';
import { startBulletinWindows } from '../send/bulletin-windows';
import { startEvents } from '../send/events';
import { startGatewayKey } from '../send/gateway-key';

const board = createNrf52840();
board.lora = createXiaoLoraDoor();
if (board.signer) board.cipher = createXiaoCipher();
const attachConsole = startConsole(board, xiaoTechnicianDoors(board));
startNode(board, createConfiguredLoraLink(board), canteenWithSensors, (node) => {
  attachConsole(node);
  startEvents(node);
  startGatewayKey(node);
  startBulletinWindows(node);
});
