// Reads an original document and hands Prism one operation of it at a time.
// Prism refuses, or silently does not check, what breaks JSON Schema; so what is
// plainly meant is put in its place here. No code of core/openapi is used.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import YAML from 'yaml'

const require = createRequire(import.meta.url)
const { resolveInlineRef } = require('@stoplight/json')
const { transformOas3Operation } = require('@stoplight/http-spec/oas3/operation')
const { transformOas2Operation } = require('@stoplight/http-spec/oas2/operation')

const config = { type: 'operation', documentProp: 'paths', nameProp: 'path' }

export function open(file) {
  // eslint-disable-next-line no-control-regex
  const text = readFileSync(file, 'utf8').replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufeff]/g, '').replaceAll('@PORT@', '8080')
  let root
  try {
    root = JSON.parse(text)
  } catch {
    root = YAML.parse(text, { uniqueKeys: false, strict: false, maxAliasCount: -1, logLevel: 'silent', merge: true })
  }
  return new Document(root)
}

class Document {
  constructor(root) {
    this.root = root
    this.old = root.swagger !== undefined
    if (!this.old) root.openapi = String(root.openapi ?? '3.0.0')
    this.dangling = 0
    this.mend(root, new Set())
  }

  resolve(v) {
    for (let n = 0; n < 40 && v && typeof v === 'object' && typeof v.$ref === 'string'; n++) {
      try {
        v = resolveInlineRef(this.root, v.$ref)
      } catch {
        return undefined
      }
    }
    return v
  }

  // mend walks everything that may hold schemas.
  mend(v, seen) {
    if (!v || typeof v !== 'object' || seen.has(v)) return
    seen.add(v)
    if (Array.isArray(v)) return v.forEach(item => this.mend(item, seen))
    if (typeof v.$ref === 'string') {
      if (v.$ref.startsWith('#components')) v.$ref = '#/' + v.$ref.slice(1)
      if (!v.$ref.startsWith('#')) v.$ref = '#/' + v.$ref
      if (this.resolve({ $ref: v.$ref }) === undefined) {
        delete v.$ref // leads nowhere: anything
        this.dangling++
      }
    }
    for (const key of ['example', 'examples', 'default', 'enum', 'x-examples']) {
      if (v[key] && typeof v[key] === 'object') seen.add(v[key])
    }
    if (looksLikeSchema(v)) schema(v, s => this.resolve(s))
    for (const item of Object.values(v)) this.mend(item, seen)
  }

  // operation is Prism's form of one operation, with the schemas it needs.
  operation(path, method) {
    const item = this.resolve(this.root.paths[path])
    const op = { ...this.resolve(item[method]), responses: {}, callbacks: undefined, security: [] }
    const parameters = [...(list(item.parameters)), ...(list(op.parameters))].map(p => this.resolve(p)).filter(p => p && p.name && p.in)
    const own = new Map(parameters.map(p => [p.in + ' ' + p.name, p]))
    // OpenAPI 3: definitions of these headers "shall be ignored".
    const ignored = p => !this.old && p.in === 'header' && ['accept', 'content-type', 'authorization'].includes(p.name.toLowerCase())
    op.parameters = [...own.values()].filter(p => !ignored(p)).map(p => ({ ...p, examples: undefined, example: undefined }))
    const misplaced = op.parameters.find(p => p.in === 'body')
    if (!this.old && misplaced && !op.requestBody) { // a body as 2.0 writes it
      op.requestBody = { required: misplaced.required === true, content: { 'application/json': { schema: misplaced.schema } } }
    }
    const name = path
    const mini = { ...this.root, paths: { [name]: { [method]: op } }, 'x-stoplight': undefined }
    for (const key of Object.keys(mini)) if (mini[key] === undefined) delete mini[key]
    for (const key of Object.keys(op)) if (op[key] === undefined) delete op[key]
    const transform = this.old ? transformOas2Operation : transformOas3Operation
    const resource = transform({ document: mini, name, method, config })
    for (const p of resource.request?.query ?? []) {
      // Prism takes a missing "explode" for false; of a form it is true.
      if (p.style === 'form' && p.explode === undefined) p.explode = true
    }
    return { resource: { ...resource, ...this.bundle(resource.request) }, parameters: op.parameters, body: this.resolve(op.requestBody), item, op }
  }

  // bundle copies a request with everything that it refers to; Prism's own way
  // to do so loses references of references.
  bundle(request) {
    const names = new Map()
    const __bundled__ = {}
    const copy = v => {
      if (!v || typeof v !== 'object') return v
      if (Array.isArray(v)) return v.map(copy)
      const out = {}
      for (const [key, item] of Object.entries(v)) out[key] = key === '$ref' && typeof item === 'string' ? '#/__bundled__/' + name(item) : copy(item)
      return out
    }
    const name = ref => {
      if (!names.has(ref)) {
        names.set(ref, 'r' + names.size)
        __bundled__[names.get(ref)] = copy(this.resolve({ $ref: ref }) ?? {})
      }
      return names.get(ref)
    }
    return { request: copy(request), __bundled__ }
  }
}

function list(v) {
  return Array.isArray(v) ? v : []
}

function looksLikeSchema(v) {
  return 'type' in v || 'properties' in v || 'items' in v || 'allOf' in v || 'anyOf' in v || 'oneOf' in v || 'enum' in v || 'nullable' in v || 'required' in v
}

const types = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']
const aliases = { int: 'integer', long: 'integer', float: 'number', double: 'number', bool: 'boolean', list: 'array', dict: 'object', map: 'object', file: 'string', date: 'string', datetime: 'string' }

// schema mends one schema object so that Ajv can compile it.
function schema(v, resolve) {
  if (typeof v.type === 'string' && !types.includes(v.type)) {
    const alias = aliases[v.type.toLowerCase()]
    if (alias) v.type = alias
    else if (!('in' in v) && !('scheme' in v) && !('flows' in v)) delete v.type
  }
  if (v.properties && typeof v.properties === 'object' && !Array.isArray(v.properties)) {
    for (const [name, p] of Object.entries(v.properties)) {
      // "required: true" at a property means the property.
      if (p && typeof p === 'object' && p.required === true && !('in' in p)) {
        delete p.required
        if (!Array.isArray(v.required)) v.required = []
        if (!v.required.includes(name)) v.required.push(name)
      } else if (p && typeof p === 'object' && 'required' in p && !Array.isArray(p.required)) {
        delete p.required
      }
      if (typeof p === 'string') v.properties[name] = types.includes(p) ? { type: p } : {}
      if (p === null) v.properties[name] = {}
    }
  }
  if (Array.isArray(v.required)) {
    // OpenAPI: of a read-only property, "required will take effect on the response only".
    v.required = v.required.filter(n => resolve(v.properties?.[n])?.readOnly !== true)
  }
  if (Array.isArray(v.required)) v.required = [...new Set(v.required.filter(n => typeof n === 'string'))]
  for (const [edge, limit] of [['exclusiveMinimum', 'minimum'], ['exclusiveMaximum', 'maximum']]) {
    if (v[edge] === true && typeof v[limit] === 'number') {
      v[edge] = v[limit]
      delete v[limit]
    } else if (typeof v[edge] === 'boolean') delete v[edge]
  }
  if (v.nullable === true || v['x-nullable'] === true) {
    if (typeof v.type === 'string') v.type = [v.type, 'null']
    if (Array.isArray(v.enum) && !v.enum.includes(null)) v.enum = [...v.enum, null]
  }
  delete v.nullable
  delete v.discriminator
  if (v.type === 'array' && Array.isArray(v.enum) && v.items && !v.enum.some(Array.isArray)) {
    v.items = { ...v.items, enum: v.enum } // meant for the entries
    delete v.enum
  }
  if ('items' in v && Array.isArray(v.items) && v.items.length === 0) v.items = {}
  if (Array.isArray(v.enum)) v.enum = [...new Set(v.enum)]
  if ('enum' in v && (!Array.isArray(v.enum) || v.enum.length === 0)) delete v.enum
  if (typeof v.pattern === 'string') {
    const m = /^\/(.+)\/$/.exec(v.pattern)
    if (m) v.pattern = m[1]
    try {
      new RegExp(v.pattern, 'u')
    } catch {
      delete v.pattern
    }
  }
  for (const key of ['minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems', 'multipleOf']) {
    if (typeof v[key] === 'string' && v[key] !== '' && !isNaN(v[key])) v[key] = Number(v[key])
    if (key in v && typeof v[key] !== 'number') delete v[key]
  }
}
