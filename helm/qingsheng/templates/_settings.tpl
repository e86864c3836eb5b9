{{/* What the pods are told. */}}

{{/* Numbers come from Helm as floating point: only JSON writes a large one without an exponent. */}}
{{- define "qingsheng.settingsData" -}}
{{- range $name, $value := .Values.settings }}
{{ $name }}: {{ kindIs "string" $value | ternary $value (toJson $value) | quote }}
{{- end }}
{{- end }}

{{/* What was given as a value and is secret. */}}
{{- define "qingsheng.secretData" -}}
{{- with .Values.apiKeys.entries }}
api-keys: {{ join "," . | b64enc }}
{{- end }}
{{- with .Values.callbackSecret.value }}
callback-secret: {{ . | b64enc }}
{{- end }}
{{- range $store := list "cache" "jobs" }}
{{- $redis := get $.Values.redis $store }}
{{- if and (eq $redis.mode "external") $redis.url }}
{{ $store }}-url: {{ $redis.url | b64enc }}
{{- end }}
{{- end }}
{{- end }}

{{/* A key in somebody else's Secret, or in the release's own: (dict "full" … "key" … "existing" …) */}}
{{- define "qingsheng.secretKey" -}}
{{- if .existing.name -}}
name: {{ .existing.name }}
key: {{ .existing.key }}
{{- else -}}
name: {{ .full }}-secrets
key: {{ .key }}
{{- end }}
{{- end }}

{{/* Where the password of own Redis lies; nothing if there is none. */}}
{{- define "qingsheng.redisSecret" -}}
{{- $redis := .Values.redis -}}
{{- if and $redis.auth.enabled (or (eq $redis.cache.mode "own") (eq $redis.jobs.mode "own")) -}}
name: {{ $redis.auth.existingSecret.name | default (printf "%s-redis" (include "qingsheng.fullname" .)) }}
key: {{ empty $redis.auth.existingSecret.name | ternary "password" $redis.auth.existingSecret.key }}
{{- end }}
{{- end }}

{{- define "qingsheng.lexiconName" -}}
{{- $own := empty .Values.lexicon.text | ternary "" (printf "%s-lexicon" (include "qingsheng.fullname" .)) -}}
{{ .Values.lexicon.existingConfigMap | default $own }}
{{- end }}
