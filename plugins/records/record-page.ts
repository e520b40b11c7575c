import type { Route } from '../../src/index.ts';

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Record</title>
</head>
<body>
<h1>This address names a business record</h1>
<p>Records are opened in the business system. Here they are reached through an AI client that is connected to this
server, with the rights of the person who uses it. This page is the same for every address and says nothing about
whether there is such a record.</p>
</body>
</html>
`;

/** The page behind the record addresses that answers carry: the same for every address, so it reveals nothing. */
export const recordPage: Route = {
  method: 'get',
  path: '/records/:model/:id',
  access: 'public: one fixed page, the same for every address, without any data',
  handle(_request, response) {
    response
      .status(200)
      .set({
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Security-Policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        'X-Content-Type-Options': 'nosniff',
        'Referrer-Policy': 'no-referrer',
        'Cache-Control': 'public, max-age=86400',
      })
      .send(page);
  },
};
