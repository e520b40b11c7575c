/** The public surface for plugins and configs. Plugins import this and nothing else of `src`. */
export { facts, table } from './cli/print.ts';
export { isoTime } from './clock.ts';
export {
  type Config,
  type ConfigOptions,
  defineConfig,
  type PluginSettings,
  type PolicySet,
  type ServerSettings,
} from './config/define-config.ts';
export type {
  Confirm,
  Confirmation,
  ConfirmationRequest,
  Dialogue,
  Preview,
} from './confirmation/confirmation.ts';
export { durationHistogram } from './duration-histogram.ts';
export { defineErrors, type ErrorParts, type ErrorSpec, GatehouseError, hasCode, kernelErrors } from './errors.ts';
export { isAddress as isMailAddress } from './mail/address.ts';
export { type BackOff, waitAfter } from './mail/back-off.ts';
export { composeMail, type MailContent } from './mail/compose.ts';
export { registerRowGauge } from './metrics.ts';
export type {
  AccessLayer,
  AccessPolicy,
  AccessQuestion,
  FieldAccess,
  ModelAccess,
  PolicyEntry,
  PolicyOrigin,
} from './model/access-policy.ts';
export type { CollectionOptions, FieldPlace } from './model/collection.ts';
export { defineModel, type ModelDefinition, type ModelOptions } from './model/define-model.ts';
export { parseDomain } from './model/domain.ts';
export type { ParseDomainInput } from './model/domain-context.ts';
export { describeDomain, domainFields } from './model/domain-describe.ts';
export { printDomain } from './model/domain-print.ts';
export type { Change, Environment, OutRecord, Records } from './model/environment.ts';
export { type Classification, type Field, field, type TextFormat } from './model/field.ts';
export { fieldNotAvailable, fieldsNotAvailable } from './model/field-not-available.ts';
export { type AccessLookup, resolvePath } from './model/field-path.ts';
export { isShown } from './model/is-shown.ts';
export { type Mask, masks } from './model/mask.ts';
export { modelNotAvailable } from './model/model-not-available.ts';
export { type Credential, type Operation, operations, type Principal, systemPrincipal } from './model/principal.ts';
export { formatPublicId, parsePublicId } from './model/public-id.ts';
export { changeStamp, recordStamp } from './model/record-stamp.ts';
export type { RegisteredModel, Registry } from './model/registry.ts';
export { parseDate, parseDatetime } from './model/time.ts';
export { addressEntries } from './network/address-entries.ts';
export {
  type AddressList,
  compileAddressList,
  isAddressAllowed,
  parseAddress,
  requireAddressList,
} from './network/address-list.ts';
export { hostOf } from './network/host-of.ts';
export { createOutboundFetch } from './network/outbound-fetch.ts';
export { resolveName } from './network/resolve-name.ts';
export { createSend, type OutboundAnswer, type Send } from './network/send.ts';
export { findTarget, type TargetRules } from './network/target.ts';
export type {
  Call,
  CallContext,
  Outcome,
  PresentedCredential,
  Reached,
} from './pipeline/call.ts';
export type { Hooks } from './pipeline/hooks.ts';
export { type StageName, stageNames } from './pipeline/stages.ts';
export { formatTraceparent, type TraceContext } from './pipeline/trace-context.ts';
export { definePlugin, type Plugin } from './plugin/define-plugin.ts';
export type * from './plugin/scope.ts';
export { isStorable } from './store/check-storable.ts';
export * from './store/condition.ts';
export { derivedId } from './store/derived-id.ts';
export type * from './store/port.ts';
export { sentLength } from './tool/data-text.ts';
export { defineTool, type ToolDefinition, type ToolResult, type Touch } from './tool/define-tool.ts';
