// Sends pictures, and tells how far it has come: `fetch` cannot tell that of what it sends.

const LONGEST = 90_000;

/**
 * The answer to pictures with a message: `{status, in_reply_to, messages}`. `progress` gets a share from 0 to 1.
 * Rejects when nothing came back; the same id may then be sent again.
 */
export async function upload(access, { id, text }, files, progress) {
  const first = await post(access, { id, text }, files, progress);
  if (first.status !== 401) return first;
  access.forget();
  return post(access, { id, text }, files, progress);
}

async function post(access, { id, text }, files, progress) {
  const form = new FormData();
  for (const [name, value] of Object.entries(access.fields())) form.append(name, value);
  form.append("message_id", id);
  if (text) form.append("text", text);
  files.forEach((file, index) => form.append("picture", file, `picture-${index + 1}`));
  const headers = await access.headers();
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", new URL("pictures", access.base));
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.responseType = "json";
    request.timeout = LONGEST;
    request.upload.onprogress = ({ loaded, total }) => progress(total ? loaded / total : 0);
    request.onload = () => resolve({ messages: [], ...request.response, status: request.status });
    request.onerror = request.ontimeout = () => reject(new Error("no answer"));
    request.send(form);
  });
}
