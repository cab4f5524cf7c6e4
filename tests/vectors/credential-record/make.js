// SPDX-License-Identifier: BSD-2-Clause
// Makes `record` as core/credential_record.h documents it, by the OpenSSL that
// is in node: node make.js >record
'use strict';
const crypto = require('node:crypto');
const count = (n, from) => Buffer.from(Array.from({ length: n }, (_, i) => from + i));
const int64 = (n) => { const b = Buffer.alloc(8); b.writeBigInt64LE(n); return b; };

const fingerprint = count(32, 0);
const salt = count(16, 0x40), nonce = count(12, 0x60);
const magic = Buffer.from('APAMCRED\x01', 'latin1');
const key = Buffer.from(crypto.hkdfSync('sha256', fingerprint, salt, 'apam credential file 1', 32));
const gcm = crypto.createCipheriv('aes-256-gcm', key, nonce);
gcm.setAAD(Buffer.concat([magic, Buffer.from([3, 0, 0, 0]), Buffer.from('demo')]));
const plain = Buffer.concat([
	Buffer.from('01234567-89ab-cdef-0123-456789abcdef'),
	int64(3600000n), int64(1000n), int64(1700000000n), Buffer.from('fake-token'),
]);
const sealed = Buffer.concat([gcm.update(plain), gcm.final()]);
process.stdout.write(Buffer.concat([magic, salt, nonce, sealed, gcm.getAuthTag()]));
