import type { Classification } from '../../model/field.ts';
import type { MemberSurvey } from '../../store/mongo/survey/member-survey.ts';
import { wordsIn } from './names.ts';

/** What a member seems to hold; `secret` is for nobody to read. */
export type Sensitivity = Classification | 'secret';

const byName: readonly (readonly [Sensitivity, RegExp])[] = [
  [
    'secret',
    /\b(?:password|passwd|pwd|passphrase|secret|salt|token|api key|apikey|private key|otp|totp|pin|cvv|cvc)\b/,
  ],
  ['secret', /\b(?:password|pass|pin) ?hash\b|\bhash$/],
  [
    'phi',
    /\b(?:diagnos[ei]s|medical|medication|patient|blood|allerg(?:y|ies)|health|disability|symptoms?|treatment)\b/,
  ],
  [
    'financial',
    /\b(?:iban|bic|swift|bank|account (?:number|no)|card|credit|salary|wage|income|payroll|tax id|vat id)\b/,
  ],
  ['pii', /\b(?:e ?mail|mail|phone|mobile|cell|tel|telephone|fax)\b/],
  [
    'pii',
    /\b(?:first|last|full|middle|given|family|sur|nick|user|display|maiden|contact)[ ]?name\b|^name$|\bsurname\b/,
  ],
  ['pii', /\b(?:address|street|zip|postcode|postal|city|town|lat|lng|latitude|longitude|location|geo)\b/],
  ['pii', /\b(?:birth|birthday|birthdate|dob|born|age|gender|sex|nationality|ethnicity|religion|marital)\b/],
  ['pii', /\b(?:ssn|passport|license|licence|national id|identity|login|username|avatar|photo|signature)\b/],
  ['pii', /\bip(?: address)?$|\buser agent\b|\bnotes?\b|\bcomments?\b/],
];

/** Share of the values that have to look like something. */
const usual = 0.5;

/** By the names on the way to it, and by what its values look like. */
export function sensitivityOf(member: MemberSurvey): Sensitivity | undefined {
  const name = wordsIn(member.path).join(' ');
  const named = byName.find(([, pattern]) => pattern.test(name))?.[0];
  if (named) return named;
  const { ibans, cards, emails, phones, addresses } = member.traits;
  const enough = Math.max(1, member.present * usual);
  if (ibans >= enough || cards >= enough) return 'financial';
  return emails >= enough || phones >= enough || addresses >= enough ? 'pii' : undefined;
}
