/*
 * geojson.ts: sites with their status and totals as GeoJSON, for maps.
 * Way: what is known of a site -> FeatureCollection, a feature at a time. Pure.
 * Source: RFC 7946 sections 3.1.1 (longitude first), 3.2 (a feature without place has a null geometry), 3.3, 4 (WGS 84).
 */
import type { SiteFacts } from '../core/facts/site-facts';

/** One site. Times are Unix s, as in the API; each total says how complete it is and what it stands on. */
export function siteFeature(facts: SiteFacts): object {
  const { site, name, kind, latitude, longitude, status, flags, lastHeard } = facts;
  const { episodes, open, closed, medianS } = facts.breakdowns;
  const hasPlace = latitude !== null && longitude !== null;
  return {
    type: 'Feature',
    id: site,
    geometry: hasPlace ? { type: 'Point', coordinates: [longitude, latitude] } : null,
    properties: {
      ...{ site, name, kind, status, flags, lastHeard },
      totals: facts.totals,
      ever: facts.ever,
      readings: facts.readings,
      breakdowns: { told: episodes.length, open, closed, medianS },
    },
  };
}

/** The collection (application/geo+json). */
export function* sitesGeojson(all: Iterable<SiteFacts>): Generator<string> {
  yield '{"type":"FeatureCollection","features":[';
  let before = '\n';
  for (const facts of all) {
    yield `${before}${JSON.stringify(siteFeature(facts))}`;
    before = ',\n';
  }
  yield '\n]}\n';
}
