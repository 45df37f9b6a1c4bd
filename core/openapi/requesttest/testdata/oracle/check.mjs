// Usage: node check.mjs CORPORA < attempts.ndjson > verdicts.ndjson
//
// Judges each recorded request against the original document: that it goes to a
// declared server and to its path, that Prism's validator accepts parameters and
// body, and that nothing is sent which the document does not declare.
import { createInterface } from 'node:readline'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { open } from './document.mjs'
import { decode, nested, pairs } from './form.mjs'
import { bases, captured, undeclared } from './address.mjs'

const require = createRequire(import.meta.url)
const { validateInput } = require('@stoplight/prism-http/dist/validator')
const { validatePath } = require('@stoplight/prism-http/dist/validator/validators')
const { query: decoders } = require('@stoplight/prism-http/dist/validator/deserializers')
const Ajv = require('ajv').default
const { validateAgainstSchema } = require('@stoplight/prism-http/dist/validator/validators/utils')

// Prism makes an empty object of every object that was not sent, and sees only
// the names under "properties".
const deep = decoders.deepObject
decoders.deepObject = (name, query, schema) => filled(deep(name, query, schema)) ?? filled(nested(name, query))

const corpora = process.argv[2]
const documents = new Map()
const operations = new Map()
let nth = 0

// Prism accepts whatever it has no working schema for, and does not say so.
const compiler = new Ajv({ strict: false, validateFormats: false, logger: false })
function unchecked({ request = {}, __bundled__ }) {
  const schemas = [...(request.body?.contents ?? []), ...(request.query ?? []), ...(request.headers ?? []), ...(request.path ?? [])].map(p => p.schema)
  return schemas.filter(Boolean).some(schema => {
    try {
      compiler.compile({ ...schema, $schema: undefined, __bundled__ })
      return false
    } catch (e) {
      if (process.env.WHY) console.error(String(e))
      return true
    }
  })
}

for await (const line of createInterface({ input: process.stdin })) {
  const a = JSON.parse(line)
  const faults = a.refused ? ['refused: ' + a.refused] : judge(a)
    const blind = operations.get(a.method + ' ' + a.path)?.blind ?? false
  process.stdout.write(JSON.stringify({ line: nth++, faults, blind }) + '\n')
}

function judge(a) {
  try {
    if (!documents.has(a.file)) {
      documents.clear()
      operations.clear()
      documents.set(a.file, open(join(corpora, a.file)))
    }
    const doc = documents.get(a.file)
    const key = a.method + ' ' + a.path
    if (!operations.has(key)) {
      const operation = doc.operation(a.path, a.method)
      operations.set(key, { ...operation, blind: unchecked(operation.resource) })
    }
    return check(doc, operations.get(key), a)
  } catch (e) {
    return ['oracle: ' + String(e.stack ?? e).split('\n').slice(0, 2).join(' ')]
  }
}

function check(doc, { resource, parameters, body: declared, item, op }, a) {
  const url = new URL(a.url)
  const base = bases(doc, item, op, a).find(b => b.origin === url.origin && url.pathname.startsWith(b.pathname))
  if (base === undefined) return ['server: ' + url.origin + url.pathname + ' is under none of the servers']
  const path = url.pathname.slice(base.pathname.length - 1)
  const placed = captured(a.path, path, parameters)
  if (placed === undefined) return ['path: ' + path + ' is not ' + a.path]

  const headers = Object.fromEntries(Object.entries(a.headers).map(([k, v]) => [k.toLowerCase(), v]))
  const query = {}
  for (const [name, value] of pairs(url.search.slice(1), false)) query[name] = name in query ? [].concat(query[name], value) : value
  const faults = undeclared(parameters, query, a.path.split('?')[1])

  const media = (headers['content-type'] ?? '').split(';')[0]
  const bytes = a.body ? Buffer.from(a.body, 'base64') : undefined
  let body = bytes?.toString('utf8')
  if (bytes !== undefined) headers['content-length'] = String(bytes.length)
  const { body: taken, path: places, ...request } = resource.request ?? {}
  if (body !== undefined && /json/.test(media)) {
    try {
      body = JSON.parse(body)
    } catch {
      faults.push('body: is not JSON')
    }
  }
  const form = body !== undefined && (media === 'application/x-www-form-urlencoded' || media === 'multipart/form-data')
  if (form) {
    delete headers['content-length'] // judged here, not by validateInput
    const content = taken?.contents?.find(c => c.mediaType.split(';')[0] === media)
    if (content === undefined) faults.push('body: ' + media + ' is not among the declared')
    else {
      const fields = decode(doc, declared, content, bytes, headers['content-type'])
      faults.push(...fields.faults, ...told(validateAgainstSchema(fields.value, content.schema ?? {}, true, 0, 'body', resource.__bundled__)))
    }
  } else if (taken !== undefined) request.body = taken
  else if (body !== undefined) faults.push('body: none is declared')

  const element = { method: a.method, url: { path, query }, headers, body: form ? undefined : body }
  faults.push(...told(validateInput({ resource: { ...resource, request }, element })))
  if (places) {
    const here = places.filter(p => p.name in placed) // a parameter without a place in the path is nobody's to fill
    faults.push(...told(validatePath(placed, here, 0, resource.__bundled__)))
  }
  return faults
}

// filled leaves out what is empty; undefined where nothing is left.
function filled(v) {
  if (!v || typeof v !== 'object') return v
  if (Array.isArray(v)) return v.length > 0 ? v.map(filled) : undefined
  const kept = Object.entries(v).map(([k, item]) => [k, filled(item)]).filter(([, item]) => item !== undefined)
  return kept.length > 0 ? Object.fromEntries(kept) : undefined
}

// told reads the outcome of Prism's validators: an Either or an Option.
function told(outcome) {
  const all = outcome._tag === 'Left' ? outcome.left : outcome._tag === 'Some' ? outcome.value : []
  return all.filter(d => d.severity === 0).map(d => (d.path ?? []).join('.') + ': ' + d.message)
}
