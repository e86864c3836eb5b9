{{/* Where the model lies, and what fetches it. */}}

{{- define "qingsheng.modelPath" -}}
{{- if eq .Values.model.source "volume" -}}
/models{{ with .Values.model.path }}/{{ . }}{{ end }}
{{- else -}}
/models/{{ .Values.model.id | replace "/" "--" }}@{{ .Values.model.revision | default "default" | replace "/" "--" }}
{{- end }}
{{- end }}

{{/* Two pods may do this at once in one volume: each writes a folder of its own, and the first one stays. */}}
{{- define "qingsheng.fetch" -}}
name: fetch
image: {{ include "qingsheng.image" (dict "root" . "image" .Values.model.fetch.image) }}
imagePullPolicy: {{ .Values.model.fetch.image.pullPolicy }}
command: [sh, -ec]
args:
  - |
    if [ -f "$FOLDER/manifest.json" ]; then exit 0; fi
    part="$FOLDER.$HOSTNAME"
    rm -rf "$part"
    qingsheng export "$MODEL" -o "$part"
    mv -T "$part" "$FOLDER" || rm -rf "$part"
    test -f "$FOLDER/manifest.json"
env:
  - {name: MODEL, value: {{ .Values.model.id }}}
  - {name: FOLDER, value: {{ include "qingsheng.modelPath" . }}}
  - {name: MODELSCOPE_CACHE, value: /tmp/modelscope}
  {{- with .Values.model.revision }}
  - {name: TTS_MODEL_REVISION, value: {{ . | quote }}}
  {{- end }}
  {{- with .Values.model.fetch.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
securityContext:
  {{- include "qingsheng.restricted" . | nindent 2 }}
resources:
  {{- toYaml .Values.model.fetch.resources | nindent 2 }}
volumeMounts:
  - {name: model, mountPath: /models}
  - {name: fetch-tmp, mountPath: /tmp}
{{- end }}
