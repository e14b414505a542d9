/*
 * topic-filter.ts: does a topic match a subscription's filter?
 * Way: topic of a message, filters somebody listens to -> yes or no.
 * Pure. Source: OASIS MQTT 3.1.1 section 4.7 (5.0 says the same).
 */

/** @param filter a valid filter: '+' alone in its level, '#' alone in the last. */
export function matchesFilter(filter: string, topic: string): boolean {
  // A topic of the broker itself ($SYS/…) matches no filter that begins with a wildcard.
  if (topic.startsWith('$') && /^[+#]/.test(filter)) return false;
  const [wanted, levels] = [filter.split('/'), topic.split('/')];
  for (const [at, level] of wanted.entries()) {
    // '#' also matches the level above it: sport/# matches sport.
    if (level === '#') return levels.length >= at;
    if (at >= levels.length || (level !== '+' && level !== levels[at])) return false;
  }
  return wanted.length === levels.length;
}
