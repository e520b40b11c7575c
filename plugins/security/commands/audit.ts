import type { Command } from 'commander';
import type { CommandContext } from '../../../src/index.ts';
import type { Signer } from '../audit/signer.ts';
import { registerAuditExport } from './audit-export.ts';
import { registerAuditList } from './audit-list.ts';
import { registerAuditHead, registerAuditVerify } from './audit-verify.ts';
import { registerWhoSaw } from './audit-who-saw.ts';

/** `audit list`, `export`, `verify`, `head` and `who-saw`. */
export function auditCommands(parts: {
  signer: Signer | undefined;
}): (program: Command, context: CommandContext) => void {
  return (program, context) => {
    const audit = program.command('audit').description('The log of all calls');
    registerAuditList(audit, context);
    registerAuditExport(audit, context);
    registerAuditVerify(audit, { ...parts, context });
    registerAuditHead(audit, context);
    registerWhoSaw(audit, { ...parts, context });
  };
}
