/*
 * own-page.ts: does a request that changes something come from a page of another origin (CSRF)?
 * Way: headers that browsers set and pages cannot -> yes or no.
 * Pure. Source: WHATWG Fetch (Origin), W3C Fetch Metadata (Sec-Fetch-Site), RFC 9110 §10.1.3 (Referer).
 */

/** What a browser says of where a request comes from. */
export interface RequestOrigin {
  host?: string;
  origin?: string;
  /** Told by old browsers that tell neither of the two others. */
  referer?: string;
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

function isOwnReferer({ host, referer = '' }: RequestOrigin): boolean {
  const name = /^https?:\/\/([^/?#]+)(?:[/?#]|$)/i.exec(referer)?.[1];
  return name !== undefined && host !== undefined && name.toLowerCase() === host.toLowerCase();
}

/** A browser says that it comes from our own page. An old one says so only by the page's address, which pages cannot invent. */
export function isFromOwnPage(asked: RequestOrigin): boolean {
  const said = asked.origin !== undefined || asked.secFetchSite !== undefined;
  return said ? !isFromElsewhere(asked) : isOwnReferer(asked);
}
