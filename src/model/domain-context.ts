import { type GatehouseError, kernelErrors } from '../errors.ts';
import type { DomainLimits } from './domain-limits.ts';
import type { AccessLookup } from './field-path.ts';
import type { Principal } from './principal.ts';
import type { RegisteredModel, Registry } from './registry.ts';

/** A domain, and what it is read with. */
export interface ParseDomainInput {
  /** Odoo's prefix notation: terms `[field, operator, value]`, with `&`, `|` and `!` before what they join. */
  readonly domain: unknown;
  readonly model: RegisteredModel;
  readonly registry: Registry;
  /** What the caller knows. Left out: everything, as record rules do. */
  readonly access?: AccessLookup | undefined;
  /** Whom `{ user: 'id' }` and `{ user: 'login' }` stand for as values. Left out: nobody, so they are refused. */
  readonly user?: Principal['user'] | undefined;
  readonly limits?: DomainLimits | undefined;
  /** What the domain is called in messages. Default `domain`. */
  readonly at?: string | undefined;
}

/** What a term is read with. */
export interface DomainContext extends ParseDomainInput {
  readonly limits: DomainLimits;
}

/** The one error of the notation: where, and what was expected there. */
export function domainError(at: string, expected: string): GatehouseError {
  return kernelErrors.DOMAIN_INVALID({
    message: `The domain is not valid at ${at}: expected ${expected}.`,
    data: { at, expected },
  });
}
