/** The variable that names the store, if one does: what a process needs that is to find the same records. */
export function storeVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  for (const name of ['GATEHOUSE_STORE', 'MONGODB_URI']) {
    const value = env[name];
    if (value) return { [name]: value };
  }
  return {};
}
