// An identity provider on loopback, for the tests of single sign-on.
// Its one argument is a JSON file: {port, redirect_uri, people, claims_in_token}. `people` is
// another JSON file, read at every sign-in: what is known of whoever types a name, by that name.
import { readFileSync } from 'node:fs';
import Provider from 'oidc-provider';

const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
const settings = read(process.argv[2]);

const provider = new Provider(`http://127.0.0.1:${settings.port}`, {
  clients: [{
    client_id: 'measuring',
    client_secret: 'kept by the provider and the service',
    redirect_uris: [settings.redirect_uri],
  }],
  claims: { openid: ['sub'], email: ['email', 'email_verified'] },
  conformIdTokenClaims: !settings.claims_in_token,
  cookies: { keys: ['of one test run'] },
  pkce: { required: () => true },
  ttl: { Session: 600, Interaction: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
  async findAccount(_context, name) {
    const known = read(settings.people)[name];
    return known && { accountId: name, claims: async () => ({ sub: name, ...known }) };
  },
});

provider.listen(settings.port, '127.0.0.1', () => console.log('ready'));
