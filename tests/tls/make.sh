#!/bin/sh
# Makes the certificates of this folder anew. They are for tests alone: nobody may ever trust this CA, whose key is
# thrown away; server.key is no secret.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
touch "$work/index.txt"
names="DNS:localhost, DNS:api.example.test, DNS:files.example.test, IP:127.0.0.1, IP:::1"

cat >"$work/ca.cnf" <<EOF
[ca]
default_ca = tests
[tests]
new_certs_dir = $work
database = $work/index.txt
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
[any]
organizationName = supplied
commonName = supplied
EOF

key() {
  echo "For the tests of this project alone. It protects nothing."
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256
}

# sign NAME KEY COMMON-NAME EXTENSIONS LAST-DAY [FLAGS]
sign() {
  echo "$4" | tr '|' '\n' >"$work/extensions"
  openssl req -new -config /dev/null -key "$2" -subj "/O=heygen tests only/CN=$3" -out "$work/request"
  openssl ca -batch -notext -config "$work/ca.cnf" -in "$work/request" -extfile "$work/extensions" \
    -startdate 20200101000000Z -enddate "$5" -out "$1" $6
}

leaf="basicConstraints = critical, CA:FALSE|keyUsage = critical, digitalSignature|extendedKeyUsage = serverAuth"
ours="-cert ca.pem -keyfile $work/ca.key"
key >"$work/ca.key"
key >server.key
sign ca.pem "$work/ca.key" "CA of the tests" \
  "basicConstraints = critical, CA:TRUE|keyUsage = critical, keyCertSign, cRLSign|subjectKeyIdentifier = hash" \
  21200101000000Z "-selfsign -keyfile $work/ca.key"
sign server.pem server.key localhost "$leaf|subjectAltName = $names" 21200101000000Z "$ours"
sign expired.pem server.key localhost "$leaf|subjectAltName = $names" 20210101000000Z "$ours"
sign other.pem server.key other "$leaf|subjectAltName = DNS:other.example.test" 21200101000000Z "$ours"
sign self-signed.pem server.key localhost "$leaf|subjectAltName = $names" 21200101000000Z "-selfsign -keyfile server.key"
