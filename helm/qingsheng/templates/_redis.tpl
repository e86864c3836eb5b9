{{/* A Redis for audio may forget; one for jobs must not: (dict "store" "cache" "redis" .Values.redis.cache) */}}
{{- define "qingsheng.redisConf" -}}
port 6379
dir /data
protected-mode no
maxmemory {{ .redis.maxmemory }}
save ""
{{- if eq .store "cache" }}
appendonly no
maxmemory-policy allkeys-lru
{{- else }}
appendonly yes
appendfsync everysec
maxmemory-policy noeviction
{{- end }}
{{- end }}

{{/* An answer that is an error, as while data is being loaded, is no PONG. */}}
{{- define "qingsheng.redisProbe" -}}
exec:
  command: [sh, -c, redis-cli ping | grep -q PONG]
timeoutSeconds: 3
{{- end }}
