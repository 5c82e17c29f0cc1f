# Secrets of full, read by launcher.sh. Rendered by hermes-install; keep it out of sight.
# shellcheck disable=SC2016,SC2148 # a $ in data; sourced
export KEY='s3cret '\''quoted'\'' %PATH% $x'
