{{/* Where the model lies, and what fetches it. */}}

{{/* What is converted, as options of `qingsheng export`: the voices that are served, and not what no one asks for. */}}
{{- define "qingsheng.exportOptions" -}}
{{- $settings := .Values.settings -}}
{{- range compact (splitList "," (get $settings "TTS_VOICES")) }}
- --voice={{ trim . }}
{{- end }}
{{- if has (get $settings "TTS_PRECISION") (list "fp32" "int16") }}
- --precision=int16
{{- end }}
{{- end }}

{{/* Of exports: EXPORT_VERSION of service/runtime/exported.py. */}}
{{- define "qingsheng.exportVersion" -}}7{{- end }}

{{/* Other voices, or another version, are another folder, so that pods of before and after an upgrade each have theirs. */}}
{{- define "qingsheng.modelPath" -}}
{{- with .Values.model -}}
{{- if eq .source "volume" -}}
/models{{ with .path }}/{{ . }}{{ end }}
{{- else -}}
/models/{{ .id | replace "/" "--" }}@{{ .revision | default "default" | replace "/" "--" }}-v{{ include "qingsheng.exportVersion" $ }}
{{- with include "qingsheng.exportOptions" $ }}-{{ sha256sum . | trunc 8 }}{{ end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Two pods may do this at once in one volume: each writes a folder of its own, and the first one stays. */}}
{{- define "qingsheng.fetch" -}}
name: fetch
image: {{ include "qingsheng.image" (dict "root" . "image" .Values.model.fetch.image) }}
imagePullPolicy: {{ .Values.model.fetch.image.pullPolicy }}
command:
  - sh
  - -ec
  - |
    if [ -f "$FOLDER/manifest.json" ]; then exit 0; fi
    part="$FOLDER.$HOSTNAME"
    rm -rf "$part"
    qingsheng export "$MODEL" --output "$part" "$@"
    mv -T "$part" "$FOLDER" || rm -rf "$part"
    test -f "$FOLDER/manifest.json"
  - fetch
{{- with include "qingsheng.exportOptions" . }}
args:
  {{- . | nindent 2 }}
{{- end }}
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
