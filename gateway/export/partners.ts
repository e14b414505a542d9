/*
 * partners.ts: what partners call our sites, and what they want to know of them that no sensor measures.
 * Way: JSON text of a file that a person wrote -> checked names for wpdx.ts and dhis2.ts. Pure.
 * Source: WPdx data standard (vocabularies), DHIS2 Web API (identifiers of 11 characters).
 */
import { z } from 'zod';

/** Water sources that WPdx knows. */
export const WPDX_SOURCES = [
  'Well',
  'Spring',
  'Rainwater Harvesting',
  'Piped Water',
  'Sand or Sub-surface Dam',
  'Delivered Water',
  'Surface Water',
  'Packaged Water',
] as const;

/** Technologies that WPdx knows. */
export const WPDX_TECHNOLOGIES = [
  'Hand Pump',
  'Mechanized Pump',
  'Tapstand',
  'Rope and Bucket',
] as const;

/** Ways of management that WPdx knows. */
export const WPDX_MANAGEMENT = [
  'Community Management',
  'Direct Government Operation',
  'Health Care Facility',
  'No Management',
  'Other Institutional Management',
  'Private Operator/Delegated Management',
  'Private Person',
  'Religious Institution',
  'School Management',
  'Unknown',
] as const;

const words = z.string().trim().min(1).max(200);
const siteName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
/** DHIS2 Web API: a letter, then ten letters or digits. */
const uid = z.string().regex(/^[A-Za-z][A-Za-z0-9]{10}$/);

const wpdxSite = z.strictObject({
  water_source: z.enum(WPDX_SOURCES).optional(),
  water_tech: z.enum(WPDX_TECHNOLOGIES).optional(),
  management: z.enum(WPDX_MANAGEMENT).optional(),
  pay: words.optional(),
  installer: words.optional(),
  install_year: z.int().min(1800).max(2200).optional(),
  adm1: words.optional(),
  adm2: words.optional(),
  notes: words.optional(),
});

/** Names of what is summed by day, as a mapping to DHIS2 names them. */
export const DHIS2_VALUES = [
  'volumeL',
  'draws',
  'strokes',
  'adultMeals',
  'childMeals',
  'minutesCounted',
] as const;

const partnersSchema = z.strictObject({
  /** http(s)://host: where this gateway's addresses can be asked, for links to signed records. */
  linkBase: z
    .string()
    .max(200)
    .regex(/^https?:\/\/[A-Za-z0-9.:[\]-]+(\/[A-Za-z0-9._~-]+)*$/)
    .optional(),
  wpdx: z
    .strictObject({
      /** Who provides the data. */
      source: words,
      country_id: z
        .string()
        .regex(/^[A-Z]{2}$/)
        .optional(),
      country_name: words.optional(),
      sites: z.record(siteName, wpdxSite),
    })
    .optional(),
  dhis2: z
    .strictObject({
      dataSet: uid.optional(),
      period: z.enum(['daily', 'monthly']),
      orgUnits: z.record(siteName, uid),
      dataElements: z.partialRecord(z.enum(DHIS2_VALUES), uid),
      categoryOptionCombo: uid.optional(),
      attributeOptionCombo: uid.optional(),
    })
    .optional(),
});

/** What a person wrote for partners. */
export type Partners = z.infer<typeof partnersSchema>;

/** Reads such a file. @returns the names, or what is wrong with them, in words */
export function readPartners(text: string): Partners | { wrong: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { wrong: 'it is no JSON' };
  }
  const read = partnersSchema.safeParse(json);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  return { wrong: `${issue.path.join('.') || 'the file'}: ${issue.message}` };
}
