/** A browser without eyes: keeps cookies, follows nothing by itself, sends the forms that it is shown. */
export interface RawBrowser {
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<PageAnswer>;
  post(path: string, form: FormFields, headers?: Readonly<Record<string, string>>): Promise<PageAnswer>;
  /** Fills in the form of a page whose action ends in `step`, and sends it; hidden fields go with it. */
  submit(page: PageAnswer, step: string, fields?: FormFields): Promise<PageAnswer>;
  /** Follows redirects of this server; the first answer that is none, or leads elsewhere. */
  follow(answer: PageAnswer): Promise<PageAnswer>;
  /** Cookies by name, as they would be sent to a path. */
  readonly cookies: Map<string, { readonly value: string; readonly path: string; readonly attributes: string }>;
}

export type FormFields = readonly (readonly [string, string])[];

export interface PageAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Of a redirect. */
  readonly location: URL | undefined;
}

/** `origin`: of the server; everything else is not asked. */
export function rawBrowser(origin: string): RawBrowser {
  const cookies: RawBrowser['cookies'] = new Map();

  async function send(path: string, init: RequestInit & { headers: Record<string, string> }): Promise<PageAnswer> {
    const { pathname, search } = new URL(path, origin);
    const sent = [...cookies].filter(([, { path: at }]) => at === '/' || `${pathname}/`.startsWith(`${at}/`));
    const cookie = sent.map(([name, { value }]) => `${name}=${value}`).join('; ');
    const response = await fetch(`${origin}${pathname}${search}`, {
      ...init,
      redirect: 'manual',
      headers: { ...(cookie && { cookie }), ...init.headers },
    });
    for (const header of response.headers.getSetCookie()) keep(header);
    const location = response.headers.get('location');
    return {
      status: response.status,
      headers: response.headers,
      text: await response.text(),
      location: location === null ? undefined : new URL(location, origin),
    };
  }

  function keep(header: string): void {
    const [pair = '', ...attributes] = header.split('; ');
    const at = pair.indexOf('=');
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    const path = attributes.find(attribute => /^path=/i.test(attribute))?.slice(5) ?? '/';
    if (value === '') cookies.delete(name);
    else cookies.set(name, { value, path, attributes: attributes.join('; ') });
  }

  const post: RawBrowser['post'] = (path, form, headers = {}) =>
    send(path, {
      method: 'POST',
      body: new URLSearchParams(form.map(([name, value]): [string, string] => [name, value])).toString(),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin,
        'sec-fetch-site': 'same-origin',
        ...headers,
      },
    });

  return {
    cookies,
    get: (path, headers = {}) => send(path, { headers: { ...headers } }),
    post,
    submit(page, step, fields = []) {
      const form = formOf(page, step);
      return post(form.action, [...form.hidden, ...fields]);
    },
    async follow(answer) {
      let last = answer;
      for (let hops = 0; hops < 10 && last.location?.origin === new URL(origin).origin; hops += 1) {
        last = await send(last.location.href, { headers: {} });
      }
      return last;
    },
  };
}

/** Action and hidden fields of the form of a page whose action ends in `step`. */
export function formOf(page: PageAnswer, step: string): { action: string; hidden: [string, string][] } {
  for (const [, action = '', body = ''] of page.text.matchAll(/<form method="post" action="([^"]*)">(.*?)<\/form>/gs)) {
    if (!action.endsWith(step)) continue;
    const inputs = body.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g);
    return { action, hidden: Array.from(inputs, ([, name = '', value = '']): [string, string] => [name, value]) };
  }
  throw new Error(`no form ${step} in ${page.status} ${page.text}`);
}
