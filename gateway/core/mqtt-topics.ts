/*
 * mqtt-topics.ts: topic filters: are they well formed, which topics do they match, which could they match.
 * Way: filters of clients -> broker, access rules.
 * Pure. Source: MQTT 3.1.1 section 4.7.
 */

/** Is it a filter as the standard has it? Wildcards stand alone in their level, '#' is the last. */
export function isFilter(filter: string): boolean {
  if (filter === '' || filter.includes('\0')) return false;
  const levels = filter.split('/');
  return levels.every(
    (level, at) =>
      level === '+' ||
      (level === '#' && at === levels.length - 1) ||
      !(level.includes('+') || level.includes('#')),
  );
}

/** Does the filter match the topic? A filter that begins with a wildcard matches no topic that begins with '$'. */
export function matches(filter: string, topic: string): boolean {
  if (topic.startsWith('$') && /^[+#]/.test(filter)) return false;
  const want = filter.split('/');
  const have = topic.split('/');
  for (let at = 0; at < want.length; at += 1) {
    if (want[at] === '#') return true;
    if (at >= have.length || (want[at] !== '+' && want[at] !== have[at])) return false;
  }
  return want.length === have.length;
}

/** Could the filter match any topic of this tree (the topic `base` and all below it)? */
export function reaches(filter: string, base: string): boolean {
  const want = filter.split('/');
  const have = base.split('/');
  for (let at = 0; at < have.length; at += 1) {
    if (want[at] === '#') return true;
    if (at >= want.length || (want[at] !== '+' && want[at] !== have[at])) return false;
  }
  return true;
}

/** Does the filter match nothing but topics of this tree? */
export function staysWithin(filter: string, base: string): boolean {
  const want = filter.split('/');
  return base.split('/').every((level, at) => want[at] === level);
}
