import { defineErrors } from '../../src/index.ts';

/** What the guards and commands of this plugin refuse with. */
export const securityErrors = defineErrors({
  ADDRESS_NOT_ALLOWED: {
    message: 'Calls from this address are not allowed.',
    status: 403,
    audience: 'caller',
    solve: 'Call from an allowed network, or ask an admin to allow this one.',
  },
  OUTSIDE_HOURS: {
    message: 'This credential may not be used at this time.',
    status: 403,
    audience: 'caller',
    solve: 'Call within the hours that the message names, or ask an admin to change them.',
  },
  SESSION_LIMIT: {
    message: 'This credential has as many sessions open as it may have.',
    status: 429,
    audience: 'caller',
    solve: 'Use one of the open clients, wait until one of them has been idle long enough, or ask an admin to end one.',
  },
  SESSION_ENDED: {
    message: 'This session has ended.',
    status: 401,
    audience: 'caller',
    solve: 'Connect again; where an admin has ended the session, only after the time that Retry-After names.',
  },
  SESSION_CLOSED: {
    message: 'Its client has ended this session.',
    status: 404,
    audience: 'caller',
    solve: 'Initialize again to begin a new session.',
  },
  SESSION_NOT_FOUND: {
    message: 'There is no such session.',
    status: 404,
    audience: 'operator',
    solve: '`gatehouse session list` shows the sessions with their ids.',
  },
  RATE_LIMITED: {
    message: 'Too many calls.',
    status: 429,
    audience: 'caller',
    solve: 'Wait as long as Retry-After says.',
  },
  INSUFFICIENT_SCOPE: {
    message: 'The credential lacks a scope that this call needs.',
    status: 403,
    audience: 'caller',
    solve: 'Use a credential that has the scopes that the message names.',
  },
  KEY_NOT_FOUND: {
    message: 'There is no such key.',
    status: 404,
    audience: 'operator',
    solve: '`gatehouse key list` shows the keys with their prefixes.',
  },
  KEY_INVALID: {
    message: 'The key cannot be made like this.',
    status: 400,
    audience: 'operator',
    solve: 'The message names the option and what it expects.',
  },
  KEY_EXPIRED: {
    message: 'The key has expired.',
    status: 409,
    audience: 'operator',
    solve: 'Create a new key.',
  },
  KEY_ROTATED: {
    message: 'The key has a successor already.',
    status: 409,
    audience: 'operator',
    solve: 'Use the successor, which `gatehouse key show` names; `gatehouse key handover` makes a new link for it.',
  },
  KEY_CLAIMED: {
    message: 'The owner has the key already, so there is nothing to hand over.',
    status: 409,
    audience: 'operator',
    solve: 'Where it is lost: `gatehouse key regenerate`.',
  },
  REVOKE_ALL_REFUSED: {
    message: 'Not all conditions are met. Nothing was revoked.',
    status: 403,
    audience: 'operator',
    solve: 'Give a reason and the exact confirmation, as an operator or an admin.',
  },
  REVOKE_ALL_INTERRUPTED: {
    message: 'Not all keys are revoked.',
    status: 503,
    audience: 'operator',
    solve: 'Run the command again: it goes on with those that are left.',
  },
  KEY_REVOKED: {
    message: 'The key has been revoked.',
    status: 409,
    audience: 'operator',
    solve: 'Create a new key.',
  },
  PERMISSION_INVALID: {
    message: 'The permission cannot be made like this.',
    status: 400,
    audience: 'operator',
    solve: 'The message names what is wrong.',
  },
  PERMISSION_NOT_FOUND: {
    message: 'There is no such permission in the store.',
    status: 404,
    audience: 'operator',
    solve: '`gatehouse permission list` shows them; those of the config file are changed there.',
  },
  FILTER_INVALID: {
    message: 'The filter cannot be read.',
    status: 400,
    audience: 'operator',
    solve: 'The message names the option and what it expects.',
  },
  ALERT_NOT_FOUND: {
    message: 'There is no such alert.',
    status: 404,
    audience: 'operator',
    solve: '`gatehouse alert list` shows the alerts with their ids.',
  },
  ALERT_INVALID: {
    message: 'The alert cannot be changed like this.',
    status: 409,
    audience: 'operator',
    solve: 'The message names what is wrong.',
  },
  AUDIT_KEY_INVALID: {
    message: 'GATEHOUSE_AUDIT_KEY is too short: expected at least 32 characters.',
    status: 500,
    audience: 'operator',
    solve: 'Make one with `openssl rand -base64 32`, and give every instance the same.',
  },
  AUDIT_BROKEN: {
    message: 'The log is not what was written.',
    status: 500,
    audience: 'operator',
    solve: 'The report names every place. Keep a copy of the database as it is, and ask who could write to it.',
  },
  EXPORT_FAILED: {
    message: 'The export cannot be written.',
    status: 500,
    audience: 'operator',
    solve: 'The message names the file and what is wrong with it.',
  },
});
