// What others' libraries say of a credential. Reads a folder of documents, fetches nothing, prints one JSON object.
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {importJWK, jwtVerify, decodeProtectedHeader} from 'jose';
import extract from 'png-chunks-extract';

const folder = process.argv[2];
const read = name => readFileSync(join(folder, name));
const json = name => JSON.parse(read(name));
const known = json('documents.json');

async function documentLoader(url) {
  const [address, fragment] = url.split('#');
  let document = known[address];
  if(!document) {
    throw new Error(`not at hand: ${url}`);
  }
  if(fragment && document.verificationMethod) {
    const method = document.verificationMethod.find(each => each.id === url);
    document = {'@context': 'https://w3id.org/security/multikey/v1', ...method};
  }
  return {contextUrl: null, documentUrl: url, document};
}

async function proven(credential) {
  const suite = new DataIntegrityProof({cryptosuite});
  const result = await vc.verifyCredential({credential, suite, documentLoader, checkStatus, now: new Date()});
  const told = result.statusResult?.results?.map(each => each.status) ?? [];
  return {verified: result.verified, revoked: told.some(Boolean), error: result.error?.errors?.map(String) ?? null};
}

async function signedToken(token, did) {
  const {kid, alg} = decodeProtectedHeader(token);
  const method = did.verificationMethod.find(each => each.id === kid);
  const key = await importJWK(method.publicKeyJwk, alg);
  const {payload} = await jwtVerify(token, key, {algorithms: ['EdDSA'], issuer: did.id});
  return payload;
}

// An iTXt chunk that is not compressed: keyword, two flags, language, translated keyword, text.
function unbaked(png) {
  const found = extract(png).filter(({name}) => name === 'iTXt').map(({data}) => Buffer.from(data));
  const parts = found[0].toString('utf8').split('\0');
  return {count: found.length, keyword: parts[0], text: parts.slice(5).join('\0')};
}

const picture = unbaked(read('badge.png'));
const did = known[json('credential.json').issuer.id];
console.log(JSON.stringify({
  embedded: await proven(json('credential.json')),
  baked: {...await proven(JSON.parse(picture.text)), count: picture.count, keyword: picture.keyword},
  tampered: await proven(json('tampered.json')),
  extended: await proven(json('extended.json')),
  token: await signedToken(read('credential.jwt').toString(), did),
  tamperedToken: await signedToken(read('tampered.jwt').toString(), did).catch(error => ({error: error.code})),
}));
