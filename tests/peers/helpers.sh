#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `apam helper` with the programs that it is for: Debian's docker and skopeo with
# Debian's registry of images behind a password, and Debian's kubectl with a server
# that asks for a bearer token.  The lines that configure them are those of apam(1).
#
# Ends with "N passed, N failed".
. "$(dirname "$0")/../suite/cli/lib.bash"

clients=$PWD/build/peers/clients/usr
PATH=$build:$PWD/hosts/cli/helper:$clients/bin:$PATH
LD_LIBRARY_PATH=$(echo "$clients"/lib/*-linux-gnu)
export PATH LD_LIBRARY_PATH HOME=$dir APAM_CONFIG=$dir/apam.conf

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
    -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1,DNS:localhost \
    -keyout "$dir/server.key" -out "$dir/server.pem" 2>/dev/null
# Programs in Go believe these alone.
export SSL_CERT_FILE=$dir/server.pem

# does NAME STATUS OUT ERR COMMAND...: as row does for apam.
does()
{
	local name=$1 want=$2 out=$3 err=$4
	shift 4
	"$timeout" 120 "$@" >"$dir/out" 2>"$dir/err" </dev/null
	status=$?
	expect "$name" "$want" "$out" "$err" "$dir/out" "$dir/err"
}

# ---- A registry of images ---------------------------------------------------

password=fake-password-of-a-registry
mkdir "$dir/registry" "$dir/docker" "$dir/image"
/usr/bin/python3 - somebody $password >"$dir/htpasswd" 2>/dev/null <<'END'
import crypt, sys
salt = crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=16)
print(f"{sys.argv[1]}:{crypt.crypt(sys.argv[2], salt)}")
END
cat >"$dir/registry.yml" <<END
version: 0.1
storage: { filesystem: { rootdirectory: $dir/registry } }
http:
  addr: 127.0.0.1:0
  tls: { certificate: $dir/server.pem, key: $dir/server.key }
auth: { htpasswd: { realm: images, path: $dir/htpasswd } }
END
docker-registry serve "$dir/registry.yml" >"$dir/registry.log" 2>&1 &
registry_pid=$!
registry=
for i in $(seq 600); do
	registry=$(sed -n 's/.*listening on \(127.0.0.1:[0-9]*\).*/\1/p' \
	    "$dir/registry.log")
	[ -z "$registry" ] || break
	sleep 0.1
done
basic images "https://$registry" somebody $password
elsewhere=127.0.0.1:1
export DOCKER_CONFIG=$dir/docker
cat >"$dir/docker/config.json" <<END
{ "credHelpers": { "$registry": "apam", "$elsewhere": "apam",
  "localhost:${registry#*:}": "apam" } }
END

# An image of one layer without a file.
/usr/bin/python3 - "$dir/image" <<'END'
import hashlib, io, json, sys, tarfile, gzip
to = sys.argv[1]
def keep(data):
    name = hashlib.sha256(data).hexdigest()
    open(f"{to}/{name}", "wb").write(data)
    return {"digest": f"sha256:{name}", "size": len(data)}
tar = io.BytesIO()
tarfile.open(fileobj=tar, mode="w").close()
config = json.dumps({"architecture": "amd64", "os": "linux", "config": {},
    "rootfs": {"type": "layers", "diff_ids":
        ["sha256:" + hashlib.sha256(tar.getvalue()).hexdigest()]}})
kind = "application/vnd.docker."
json.dump({"schemaVersion": 2,
    "mediaType": kind + "distribution.manifest.v2+json",
    "config": keep(config.encode())
        | {"mediaType": kind + "container.image.v1+json"},
    "layers": [keep(gzip.compress(tar.getvalue()))
        | {"mediaType": kind + "image.rootfs.diff.tar.gzip"}]},
    open(f"{to}/manifest.json", "w"))
open(f"{to}/version", "w").write("Directory Transport Version: 1.1\n")
END

copy="skopeo copy -q --insecure-policy"
does "skopeo: pushes" 0 '' '' $copy "dir:$dir/image" \
    "docker://$registry/one:1"
does "skopeo: pulls" 0 '' '' $copy "docker://$registry/one:1" \
    "dir:$dir/pulled"
holds "skopeo: what it pulled is there" \
    cmp -s "$dir/image/manifest.json" "$dir/pulled/manifest.json"
does "docker: reads" 0 '"schemaVersion": 2' '' \
    docker manifest inspect "$registry/one:1"
mkfifo "$dir/daemon-life" "$dir/daemon-port"
/usr/bin/python3 tests/peers/docker_daemon.py "$registry" \
    somebody:$password <"$dir/daemon-life" >"$dir/daemon-port" &
exec 8>"$dir/daemon-life"
read -r -t 60 port <"$dir/daemon-port" || echo "the daemon did not start"
export DOCKER_HOST=tcp://127.0.0.1:$port
does "docker: has its daemon pull" 0 "=$registry/one:1" '' \
    docker pull -q "$registry/one:1"
does "docker: logs in with what apam has" 1 'existing credentials' \
    'keeps no logins' docker login "$registry"
does "docker: of no other name of the same server" 1 '' \
    'no basic auth credentials|unauthorized' \
    docker manifest inspect "localhost:${registry#*:}/one:1"
mv "$dir/apam.d/images.conf" "$dir/images"
sed "s,$registry,$elsewhere," "$dir/images" >"$dir/apam.d/images.conf"
does "docker: of no other port" 1 '' \
    'no basic auth credentials|unauthorized' \
    docker manifest inspect "$registry/one:1"
sed "s,$registry,$registry/v2/one," "$dir/images" >"$dir/apam.d/images.conf"
does "docker: of no origin with a path" 1 '' \
    'no basic auth credentials|unauthorized' \
    docker manifest inspect "$registry/one:1"
mv "$dir/images" "$dir/apam.d/images.conf"
row "the key is archived" 0 '*' '*' keys archive --yes somebody
does "docker: not with an archived key" 1 '' 'archived|does not sign' \
    docker manifest inspect "$registry/one:1"
kill "$registry_pid"
wait "$registry_pid" 2>/dev/null

# ---- A Kubernetes API server ------------------------------------------------

token=fake-token-of-a-cluster
secret token $token
cat "$dir/server.key" >>"$dir/server.pem"
mkfifo "$dir/life" "$dir/port"
/usr/bin/python3 tests/peers/kube_api.py "$dir/server.pem" $token \
    <"$dir/life" >"$dir/port" &
exec 7>"$dir/life"
read -r -t 60 port <"$dir/port" || echo "the server did not start"
profile cluster <<-END
	origins = [ "https://127.0.0.1:$port" ];
	auth = ( { scheme = "api-key"; header = "Authorization";
	  prefix = "Bearer "; key = "file:$dir/secrets/token"; } );
END

# kubeconfig SERVER [ARGUMENT]
kubeconfig()
{
	cat >"$dir/kubeconfig" <<-END
	apiVersion: v1
	kind: Config
	clusters:
	- name: here
	  cluster:
	    server: $1
	    certificate-authority: $dir/server.pem
	users:
	- name: me
	  user:
	    exec:
	      apiVersion: client.authentication.k8s.io/v1beta1
	      command: apam
	      args: [ helper, kubectl ${2:+, $2} ]
	      provideClusterInfo: true
	contexts:
	- name: here
	  context: { cluster: here, user: me }
	current-context: here
	END
}
export KUBECONFIG=$dir/kubeconfig
kubectl="kubectl --cache-dir=$dir/cache"

kubeconfig "https://127.0.0.1:$port"
does "kubectl: asks the server that it names" 0 '^pod/one$' '' \
    $kubectl get pods -o name
does "kubectl: and as it is" 0 '"gitVersion"' '' $kubectl get --raw /version
kubeconfig "https://127.0.0.1:$port" "'https://127.0.0.1:$port'"
does "kubectl: the server's URL" 0 '^pod/one$' '' $kubectl get pods -o name
kubeconfig "https://localhost:$port"
does "kubectl: of no other name of the same server" 1 '' \
    'no profile is for' $kubectl get --raw /version
kubeconfig "https://127.0.0.1:1"
does "kubectl: of no other port" 1 '' 'no profile is for' \
    $kubectl get --raw /version
kubeconfig "https://127.0.0.1:$port"
sed -i "s,:$port\",:$port/api\"," "$dir/apam.d/cluster.conf"
does "kubectl: of no origin with a path" 1 '' 'no profile is for' \
    $kubectl get --raw /version
exec 7>&- 8>&-
wait
finish
