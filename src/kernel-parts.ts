import { confirmationCleanUp } from './confirmation/clean-up.ts';
import { confirmationModel } from './confirmation/model.ts';
import type { Job } from './job/job.ts';
import { jobModel, jobRunModel } from './job/models.ts';
import { mailCleanUp } from './mail/clean-up.ts';
import { mailModel } from './mail/model.ts';
import type { ModelDefinition } from './model/define-model.ts';

/** What is there whichever plugins are on. */
export const kernelModels: readonly ModelDefinition[] = [jobModel, jobRunModel, mailModel, confirmationModel];
export const kernelJobs: readonly Job[] = [mailCleanUp, confirmationCleanUp];
/** Addresses that the server answers by itself. */
export const kernelPaths: readonly string[] = ['/mcp', '/healthz', '/readyz'];
