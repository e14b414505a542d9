/*
 * own-page.ts: does a request that changes something come from a page of another origin (CSRF)?
 * Way: headers that browsers set and pages cannot -> yes or no.
 * Pure. Source: WHATWG Fetch (Origin), W3C Fetch Metadata (Sec-Fetch-Site).
 */

/** What a browser says of where a request comes from. */
export interface RequestOrigin {
  host?: string;
  origin?: string;
  secFetchSite?: string;
}

/** A browser says that it comes from elsewhere. Programs say nothing, and are not stopped by this. */
export function isFromElsewhere({ host, origin, secFetchSite }: RequestOrigin): boolean {
  if (secFetchSite !== undefined && secFetchSite !== 'same-origin' && secFetchSite !== 'none')
    return true;
  if (origin === undefined) return false;
  // Behind a proxy with TLS the page's origin is https: the name and port decide.
  const name = /^https?:\/\/([^/]+)$/i.exec(origin)?.[1];
  return name === undefined || host === undefined || name.toLowerCase() !== host.toLowerCase();
}

/** A browser says that it comes from our own page. */
export function isFromOwnPage(asked: RequestOrigin): boolean {
  const said = asked.origin !== undefined || asked.secFetchSite !== undefined;
  return said && !isFromElsewhere(asked);
}
