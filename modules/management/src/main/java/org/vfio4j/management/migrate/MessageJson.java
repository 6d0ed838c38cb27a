/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.migrate;

import java.nio.ByteBuffer;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.ForeignText;
import org.vfio4j.management.json.BoundedJson;
import org.vfio4j.management.json.Cursor;
import org.vfio4j.vfio.mdev.Uuids;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The body of every message but the state's: a JSON object, or for a snapshot the document. Keys that a later release adds are passed over. */
final class MessageJson {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    /** What other drivers and hosts said may be long, and may have characters that no message may. */
    private static final int MAX_TEXT = 2_000;

    private MessageJson() {}

    static byte[] write(Message message) {
        if (message instanceof Message.Facts(ByteBuffer snapshot)) {
            byte[] bytes = new byte[snapshot.remaining()];
            snapshot.duplicate().get(bytes);
            return bytes;
        }
        return MAPPER.writeValueAsBytes(node(message));
    }

    private static ObjectNode node(Message message) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        return switch (message) {
            case Message.Hello hello ->
                node.put("protocol", hello.protocol())
                        .put("version", hello.version())
                        .put("host", hello.host());
            case Message.Offer offer -> {
                node.set("migrant", offer.migrant().json());
                Message.Memory memory = offer.memoryOrNull();
                if (memory != null) {
                    node.putObject("memory")
                            .put("pid", memory.pid())
                            .put("fd", memory.fd())
                            .put("inode", Long.toString(memory.inode()));
                }
                yield node.put("states", offer.statesOrNull());
            }
            case Message.Accepted(boolean shares) -> node.put("shares", shares);
            case Message.Shared(int frame, int bytes) ->
                node.put("frame", frame).put("bytes", bytes);
            case Message.Round(long bytes) -> bytes(node, bytes);
            case Message.Received(long bytes) -> bytes(node, bytes);
            case Message.End(long bytes) -> bytes(node, bytes);
            case Message.Abort(String reason) -> node.put("reason", ForeignText.line(reason, MAX_TEXT));
            case Message.Resolve(UUID id) -> node.put("id", id.toString());
            case Message.Forget(UUID id) -> node.put("id", id.toString());
            case Message.Outcome(boolean taken) -> node.put("taken", taken);
            case Message.Refused refused ->
                node.put("errno", refused.errno())
                        .put("what", ForeignText.line(refused.what(), MAX_TEXT))
                        .put("remedy", ForeignText.line(refused.remedy(), MAX_TEXT));
            case Message.Ask _,
                    Message.Freed _,
                    Message.Prepared _,
                    Message.Commit _,
                    Message.Taken _,
                    Message.Forgotten _ -> node;
            case Message.Facts _, Message.State _ -> throw new IllegalArgumentException("no JSON: " + message);
        };
    }

    /** A {@link MigrateException} says what is wrong. */
    static Message read(MessageType type, byte[] body) {
        if (type == MessageType.FACTS) {
            return new Message.Facts(ByteBuffer.wrap(body).asReadOnlyBuffer());
        }
        Cursor at = BoundedJson.parse(body, "message " + type, type.most(), MigrateException::new)
                .object();
        return switch (type) {
            case HELLO ->
                new Message.Hello(
                        at.at("protocol").count(),
                        at.at("version").text(),
                        at.at("host").text());
            case OFFER ->
                new Message.Offer(
                        Migrant.read(at.at("migrant")), at.at("states").textOrNull(), place(at.at("memory")));
            case ROUND -> new Message.Round(bytes(at));
            case RECEIVED -> new Message.Received(bytes(at));
            case END -> new Message.End(bytes(at));
            case ABORT -> new Message.Abort(at.at("reason").text());
            case RESOLVE -> new Message.Resolve(Uuids.parse(at.at("id").text()));
            case FORGET -> new Message.Forget(Uuids.parse(at.at("id").text()));
            case OUTCOME -> new Message.Outcome(at.at("taken").flag());
            case REFUSED ->
                new Message.Refused(
                        at.at("errno").count(),
                        at.at("what").text(),
                        at.at("remedy").text());
            case ASK -> new Message.Ask();
            case ACCEPTED -> new Message.Accepted(at.at("shares").flag());
            case SHARED ->
                new Message.Shared(at.at("frame").count(), at.at("bytes").count());
            case FREED -> new Message.Freed();
            case PREPARED -> new Message.Prepared();
            case COMMIT -> new Message.Commit();
            case TAKEN -> new Message.Taken();
            case FORGOTTEN -> new Message.Forgotten();
            case STATE, FACTS -> throw new IllegalArgumentException("no JSON: " + type);
        };
    }

    /** In a text, since JSON's numbers are not long enough everywhere. */
    private static ObjectNode bytes(ObjectNode node, long bytes) {
        return node.put("bytes", Long.toString(bytes));
    }

    private static long bytes(Cursor at) {
        return number(at.at("bytes"));
    }

    private static long number(Cursor at) {
        String text = at.text();
        if (!text.matches("[0-9]{1,18}")) {
            throw at.wrong("a number");
        }
        return Long.parseLong(text);
    }

    private static Message.@Nullable Memory place(Cursor at) {
        return at.isAbsent()
                ? null
                : new Message.Memory(at.object().at("pid").count(), at.at("fd").count(), number(at.at("inode")));
    }
}
