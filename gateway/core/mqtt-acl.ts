/*
 * mqtt-acl.ts: which topics somebody may read and publish at the embedded broker.
 * Way: a client's scope and topic -> the broker's yes or no.
 * Pure. Source: our own; topics as in docs/mqtt.md.
 */
import { isFilter, matches, reaches, staysWithin } from './mqtt-topics';
import { allows, type Scope } from './scopes';

/** What the rules stand on. */
export interface TopicTrees {
  pod: string;
  /** Prefix of Home Assistant's topics; null = not told. */
  homeAssistantPrefix: string | null;
}

/** Who a client is. name: its account, "" = nobody in particular. */
export interface Identity {
  name: string;
  scope: Scope;
}

/** The rules of one pod. */
export interface TopicRules {
  /** May it be sent this message? */
  mayRead(scope: Scope, topic: string): boolean;
  /** May it hold this filter? A wide one is allowed, and mayRead() decides of each message. */
  maySubscribe(scope: Scope, filter: string): boolean;
  mayPublish(who: Identity, topic: string, retain: boolean): boolean;
}

/**
 * Readers read everything of the pod but requests and answers, which only technicians see. Technicians publish requests.
 * An account (never nobody in particular) may tell Home Assistant's own birth and death, which it does by default.
 */
export function topicRules({ pod, homeAssistantPrefix }: TopicTrees): TopicRules {
  const home = `tallywell/${pod}`;
  const trees = homeAssistantPrefix === null ? [home] : [home, homeAssistantPrefix];
  const guarded = [`${home}/bridge/request`, `${home}/bridge/response`];
  const maySee = (scope: Scope) => allows(scope, 'technician');
  return {
    mayRead(scope, topic) {
      if (!trees.some((tree) => matches(`${tree}/#`, topic))) return false;
      return maySee(scope) || !guarded.some((tree) => matches(`${tree}/#`, topic));
    },
    maySubscribe(scope, filter) {
      if (!isFilter(filter) || !trees.some((tree) => reaches(filter, tree))) return false;
      return maySee(scope) || !guarded.some((tree) => staysWithin(filter, tree));
    },
    mayPublish({ name, scope }, topic, retain) {
      if (retain) return false;
      if (homeAssistantPrefix !== null && topic === `${homeAssistantPrefix}/status`) {
        return name !== '';
      }
      return maySee(scope) && matches(`${home}/bridge/request/+`, topic);
    },
  };
}
