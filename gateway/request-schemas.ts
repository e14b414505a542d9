/*
 * request-schemas.ts: the JSON Schemas of what is asked over MQTT, and of the answers, by name.
 * Way: gateway/schemas/ -> views.ts, which serves them.
 */
import requestBackup from './schemas/request-backup.json';
import requestClock from './schemas/request-clock.json';
import requestHealth from './schemas/request-health.json';
import requestInfo from './schemas/request-info.json';
import requestRecords from './schemas/request-records.json';
import requestRetell from './schemas/request-retell.json';
import requestSites from './schemas/request-sites.json';
import responseBackup from './schemas/response-backup.json';
import responseClock from './schemas/response-clock.json';
import responseHealth from './schemas/response-health.json';
import responseInfo from './schemas/response-info.json';
import responseRecords from './schemas/response-records.json';
import responseRetell from './schemas/response-retell.json';
import responseSites from './schemas/response-sites.json';

/** Two for each verb. */
export const REQUEST_SCHEMAS: Record<string, object> = {
  'request-backup': requestBackup,
  'request-clock': requestClock,
  'request-health': requestHealth,
  'request-info': requestInfo,
  'request-records': requestRecords,
  'request-retell': requestRetell,
  'request-sites': requestSites,
  'response-backup': responseBackup,
  'response-clock': responseClock,
  'response-health': responseHealth,
  'response-info': responseInfo,
  'response-records': responseRecords,
  'response-retell': responseRetell,
  'response-sites': responseSites,
};
