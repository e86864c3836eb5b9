{{/* The pods of the api and of the worker: (dict "root" $ "component" "api" "pods" .Values.api …) */}}

{{/* … "args" (list "serve") "grace" 50 "delay" 10 */}}
{{- define "qingsheng.speakingPod" -}}
{{- $values := .root.Values -}}
metadata:
  {{- $checksums := dict "checksum/settings" (include "qingsheng.settingsData" .root | sha256sum) }}
  {{- $_ := set $checksums "checksum/lexicon" ($values.lexicon.text | sha256sum) }}
  {{- $_ := set $checksums "checksum/secrets" (include "qingsheng.secretData" .root | sha256sum) }}
  {{- include "qingsheng.podMetadata" (merge (dict "checksums" $checksums) .) | nindent 2 }}
spec:
  {{- include "qingsheng.podSpec" (merge (dict "user" 10001) .) | nindent 2 }}
  terminationGracePeriodSeconds: {{ .grace }}
  {{- if eq $values.model.source "modelscope" }}
  initContainers:
    - {{ include "qingsheng.fetch" .root | indent 6 | trim }}
  {{- end }}
  containers:
    - name: {{ .component }}
      image: {{ include "qingsheng.image" (dict "root" .root "image" $values.image) }}
      imagePullPolicy: {{ $values.image.pullPolicy }}
      args:
        {{- toYaml .args | nindent 8 }}
      ports:
        - name: http
          containerPort: 8080
      envFrom:
        - configMapRef:
            name: {{ include "qingsheng.fullname" .root }}-settings
      env:
        {{- include "qingsheng.env" . | nindent 8 }}
      {{- with .delay }}
      lifecycle:
        {{- include "qingsheng.drainDelay" . | nindent 8 }}
      {{- end }}
      startupProbe:
        httpGet: {path: /healthz, port: http}
        periodSeconds: 2
        timeoutSeconds: 2
        failureThreshold: {{ div (add (int .pods.startupSeconds) 1) 2 }}
      readinessProbe:
        httpGet: {path: /healthz, port: http}
        periodSeconds: 5
        timeoutSeconds: 3
        failureThreshold: 2
      livenessProbe:
        httpGet: {path: /livez, port: http}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      securityContext:
        {{- include "qingsheng.restricted" . | nindent 8 }}
      resources:
        {{- toYaml .pods.resources | nindent 8 }}
      volumeMounts:
        - {name: tmp, mountPath: /tmp}
        - {name: voices, mountPath: /var/cache/qingsheng}
        {{- if ne $values.model.source "embedded" }}
        - {name: model, mountPath: /models, readOnly: true}
        {{- end }}
        {{- if include "qingsheng.lexiconName" .root }}
        - {name: lexicon, mountPath: /etc/qingsheng/lexicon, readOnly: true}
        {{- end }}
        {{- with .pods.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    {{- include "qingsheng.volumes" . | nindent 4 }}
{{- end }}

{{- define "qingsheng.env" -}}
{{- $values := .root.Values -}}
{{- $full := include "qingsheng.fullname" .root -}}
{{- $secrets := include "qingsheng.secretData" .root | fromYaml -}}
- {name: TTS_PORT, value: "8080"}
- {name: TTS_CACHE_DIR, value: /var/cache/qingsheng}
{{- if and (not (hasKey $values.settings "TTS_THREADS")) (dig "limits" "cpu" "" .pods.resources) }}
- name: TTS_THREADS
  valueFrom:
    resourceFieldRef: {containerName: {{ .component }}, resource: limits.cpu, divisor: "1"}
{{- end }}
{{- if ne $values.model.source "embedded" }}
- {name: TTS_MODEL, value: {{ include "qingsheng.modelPath" .root }}}
{{- end }}
{{- if include "qingsheng.lexiconName" .root }}
- {name: TTS_LEXICON, value: /etc/qingsheng/lexicon/lexicon.tsv}
{{- end }}
{{- if include "qingsheng.redisSecret" .root }}
- name: REDIS_PASSWORD
  valueFrom:
    secretKeyRef: {{- include "qingsheng.redisSecret" .root | nindent 6 }}
{{- end }}
{{- $login := include "qingsheng.redisSecret" .root | empty | ternary "" ":$(REDIS_PASSWORD)@" }}
{{- range $store, $variable := dict "cache" "TTS_CACHE_URL" "jobs" "TTS_JOBS_URL" }}
{{- $redis := get $values.redis $store }}
{{- if eq $redis.mode "own" }}
- {name: {{ $variable }}, value: "redis://{{ $login }}{{ $full }}-redis-{{ $store }}:6379/0"}
{{- else if eq $redis.mode "external" }}
- name: {{ $variable }}
  valueFrom:
    secretKeyRef: {{- include "qingsheng.secretKey" (dict "full" $full "key" (printf "%s-url" $store) "existing" $redis.existingSecret) | nindent 6 }}
{{- end }}
{{- end }}
{{- if and (eq .component "api") (or $values.apiKeys.entries $values.apiKeys.existingSecret.name) }}
- name: TTS_API_KEYS
  valueFrom:
    secretKeyRef: {{- include "qingsheng.secretKey" (dict "full" $full "key" "api-keys" "existing" $values.apiKeys.existingSecret) | nindent 6 }}
{{- end }}
{{- if or $values.callbackSecret.value $values.callbackSecret.existingSecret.name }}
- name: TTS_CALLBACK_SECRET
  valueFrom:
    secretKeyRef: {{- include "qingsheng.secretKey" (dict "full" $full "key" "callback-secret" "existing" $values.callbackSecret.existingSecret) | nindent 6 }}
{{- end }}
{{- with .pods.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Metrics of several processes lie in files that are mapped into memory: a full disk would kill them. */}}
{{- define "qingsheng.volumes" -}}
{{- $values := .root.Values -}}
{{- $several := gt (int (get $values.settings "TTS_WORKERS" | default 1)) 1 -}}
- name: tmp
  emptyDir:
    sizeLimit: {{ .pods.tmp.sizeLimit }}
    {{- with $several | ternary "Memory" .pods.tmp.medium }}
    medium: {{ . }}
    {{- end }}
- name: voices
  emptyDir:
    sizeLimit: {{ .pods.voicesSizeLimit }}
{{- with $values.model }}
{{- if ne .source "embedded" }}
- name: model
  {{- if or .volume.existingClaim .volume.create }}
  persistentVolumeClaim:
    claimName: {{ .volume.existingClaim | default (printf "%s-model" (include "qingsheng.fullname" $.root)) }}
    {{- if eq .source "volume" }}
    readOnly: true
    {{- end }}
  {{- else }}
  emptyDir:
    sizeLimit: {{ .volume.size }}
  {{- end }}
{{- end }}
{{- if eq .source "modelscope" }}
- name: fetch-tmp
  emptyDir:
    sizeLimit: {{ .fetch.tmpSizeLimit }}
{{- end }}
{{- end }}
{{- with include "qingsheng.lexiconName" .root }}
- name: lexicon
  configMap:
    name: {{ . }}
    items: [{key: {{ $values.lexicon.key }}, path: lexicon.tsv}]
{{- end }}
{{- with .pods.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}
