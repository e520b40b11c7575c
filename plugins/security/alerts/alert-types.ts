/** What alerts are about. */
export type AlertType =
  | 'failed_authentication'
  | 'rate_limit'
  | 'volume_quota'
  | 'blocked_address'
  | 'denied_access'
  | 'unusual_model'
  | 'off_hours'
  | 'volume_anomaly'
  | 'leaked_key'
  | 'key_expiring'
  | 'emergency_revocation';

export const severities = ['low', 'medium', 'high', 'critical'] as const;

export type Severity = (typeof severities)[number];

export interface AlertKind {
  /** Where its settings are: `alerts.<settings>`. */
  readonly settings:
    | 'failedAuthentication'
    | 'rateLimit'
    | 'volumeQuota'
    | 'blockedAddress'
    | 'deniedAccess'
    | 'unusualModel'
    | 'offHours'
    | 'volumeAnomaly'
    | 'leakedKey'
    | 'keyExpiring'
    | 'emergencyRevocation';
  /** For people. */
  readonly label: string;
  /** What has happened, in a sentence that does not name the subject. */
  readonly meaning: string;
  /** What the reader should do. */
  readonly advice: string;
  /** The subject of the one alert that stands for all subjects that there are too many of. */
  readonly many: string;
}

export const alertTypes: Readonly<Record<AlertType, AlertKind>> = {
  failed_authentication: {
    settings: 'failedAuthentication',
    label: 'Failed authentication',
    meaning: 'Calls with a credential that is missing, wrong, revoked or expired were refused.',
    advice:
      'If the address belongs to one of your clients, its key has probably ended: give it a new one. If not, somebody is guessing: put the address into `network.deny`. No guess was let in.',
    many: 'many addresses',
  },
  rate_limit: {
    settings: 'rateLimit',
    label: 'Rate limit',
    meaning: 'A credential went on calling after its rate limit was reached; those calls were refused.',
    advice:
      'Ask its owner what runs there. A program in a loop has to be stopped; honest work may get a higher rate. Revoke the key if nobody knows.',
    many: 'many credentials',
  },
  volume_quota: {
    settings: 'volumeQuota',
    label: 'Volume quota',
    meaning: 'A credential asked for more records than its quota of the day has left; they were not given out.',
    advice:
      'Ask its owner what needs so many. Honest work may get a higher quota; if nobody knows of it, revoke the key: somebody may be copying the data.',
    many: 'many credentials',
  },
  blocked_address: {
    settings: 'blockedAddress',
    label: 'Blocked address',
    meaning: 'Calls from addresses that are not let in were refused.',
    advice:
      'Where a key is named, it was used from a place where it may not be: ask its owner, and regenerate the key if that was not the owner. Otherwise there is nothing to do.',
    many: 'many addresses',
  },
  denied_access: {
    settings: 'deniedAccess',
    label: 'Denied access',
    meaning: 'A credential kept asking for models, records or fields that it may not use.',
    advice:
      'Look at what was asked for (`gatehouse audit list --outcome denied --key …`). If the work is honest, give the permission; if not, revoke the key.',
    many: 'many credentials',
  },
  unusual_model: {
    settings: 'unusualModel',
    label: 'Unusual model',
    meaning: 'A credential used models that it has not used before.',
    advice:
      'Ask its owner whether its task has changed. If not, revoke the key and look at what was read (`gatehouse audit list --key …`).',
    many: 'many credentials',
  },
  off_hours: {
    settings: 'offHours',
    label: 'Off-hours activity',
    meaning: 'A credential was used outside the usual hours of its user.',
    advice: 'Ask its user. If nobody was at work, revoke the key; if a program is meant to run then, widen the hours.',
    many: 'many credentials',
  },
  volume_anomaly: {
    settings: 'volumeAnomaly',
    label: 'Unusual volume',
    meaning: 'A credential reached far more records in a day than it usually does.',
    advice:
      'Ask its owner. If nobody knows of it, revoke the key: somebody may be copying the data. `gatehouse audit list --key …` shows what was read.',
    many: 'many credentials',
  },
  leaked_key: {
    settings: 'leakedKey',
    label: 'Leaked key',
    meaning: 'A valid key was sent in a URL, where proxies, browsers and logs keep it. The call was refused.',
    advice:
      'Treat the key as known to others: `gatehouse key regenerate …`, give the owner the new one, mend the client.',
    many: 'many keys',
  },
  key_expiring: {
    settings: 'keyExpiring',
    label: 'Key expiring',
    meaning: 'A key expires soon; its calls are refused from then on.',
    advice: 'If it is still needed, make a new one before then, or give it a later end. Otherwise let it expire.',
    many: 'many keys',
  },
  emergency_revocation: {
    settings: 'emergencyRevocation',
    label: 'Emergency revocation',
    meaning: 'All credentials were revoked at once.',
    advice:
      'If you know of it, nothing. If not, find out who did it (`gatehouse audit list`): nobody gets in until new keys are made.',
    many: 'all credentials',
  },
};

export const alertTypeNames = Object.keys(alertTypes) as readonly AlertType[];

/** Whether one severity is at least as bad as another. */
export function isAtLeast(severity: Severity, other: Severity): boolean {
  return severities.indexOf(severity) >= severities.indexOf(other);
}
