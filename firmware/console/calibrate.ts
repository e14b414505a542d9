/*
 * What: counts the pulses of a known volume: start, pour, stop.
 * From where to where: the meter -> the volume of one pulse. Writes nothing: the calibration belongs to the tool that
 * writes the configuration. Espruino-safe.
 */
import { CALIBRATION_PULSES_MIN, CALIBRATION_VOLUME_ML_MAX } from '../node-limits';
import type { Answer, Command, Technician } from './technician';

/** `"start"`, then the poured volume in mL, 1..CALIBRATION_VOLUME_ML_MAX. Repeat as often as you like. */
export function createCalibrate(): Command {
  let isStarted = false;
  let startPulses = 0;
  return (technician: Technician, argument: unknown): Answer => {
    const pulses = technician.board.pulseCount();
    if (argument === 'start') {
      isStarted = true;
      startPulses = pulses;
      return { isCounting: true };
    }
    const volumeMl = typeof argument === 'number' ? argument : 0;
    if (volumeMl < 1 || volumeMl > CALIBRATION_VOLUME_ML_MAX) return 'no such value';
    if (!isStarted) return 'not started';
    isStarted = false;
    const counted = (pulses - startPulses) >>> 0;
    const pulseUl = counted > 0 ? Math.round((volumeMl * 1000) / counted) : 0;
    return {
      pulses: counted,
      volumeMl: volumeMl,
      pulseUl: pulseUl,
      isEnough: counted >= CALIBRATION_PULSES_MIN,
    };
  };
}
