/*
 * What: a canteen with two buttons: counter 0 meals of adults, counter 1 meals of children.
 * From where to where: entries/ -> node.ts. Espruino-safe.
 */
import type { Kind } from '../node';
import { mealButtons } from '../sensors/meal-buttons';

export const canteen: Kind = { kind: 2, counterCount: 2, sensors: [mealButtons] };
