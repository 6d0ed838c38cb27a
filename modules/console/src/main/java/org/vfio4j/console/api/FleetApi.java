/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.api;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.vfio4j.fleet.inventory.Fleet;
import org.vfio4j.fleet.inventory.FleetHost;
import org.vfio4j.fleet.question.Capacity;
import org.vfio4j.fleet.question.FleetQuestions;
import org.vfio4j.fleet.question.Matrix;
import org.vfio4j.fleet.question.Ranking;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ForeignText;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.preflight.PreflightOptions;
import org.vfio4j.management.preflight.VersionRules;
import org.vfio4j.management.rule.Facts;
import tools.jackson.databind.node.ObjectNode;

/**
 * What can be asked of many hosts. Everything is read; no answer grows with the fleet: hosts come by pages, pairs of hosts by groups of those that are
 * alike.
 */
public final class FleetApi {
    private static final String FLEET = Api.ROOT + "/fleet";
    private static final String HOST = FLEET + "/hosts/{host}";
    private static final String TYPE = FLEET + "/types/{type}";
    private static final int MAX_PAGE = 200;
    private static final int MAX_PLACES = 50;
    private static final int MAX_GROUPS = 64;

    /** What takes seconds, and a processor, is done for so many at a time; others wait so long. */
    private static final int AT_ONCE = 2;

    private static final int TURN_SECONDS = 20;

    private final Supplier<Fleet> view;
    private final boolean isThere;
    private final FleetQuestions questions =
            new FleetQuestions(Facts.none(), PreflightOptions.with(VersionRules.builtIn()));
    private final Semaphore turns = new Semaphore(AT_ONCE, true);
    private final HostFacts.Known facts = new HostFacts.Known();
    private @Nullable Summed summed;

    /** @param watchOrNull null if no inventory was named, which is what is answered then */
    public FleetApi(@Nullable FleetWatch watchOrNull) {
        this(watchOrNull == null ? FleetApi::none : watchOrNull::fleet, watchOrNull != null);
    }

    /**
     * @param view what is known now
     * @param isThere whether there is anything to look at
     */
    FleetApi(Supplier<Fleet> view, boolean isThere) {
        this.view = view;
        this.isThere = isThere;
    }

    /** Whether an inventory was named. */
    boolean isThere() {
        return isThere;
    }

    private record Summed(Fleet fleet, List<Capacity> types, Response overview) {}

    /** All of it. */
    List<Route> routes() {
        return List.of(
                new Route("GET", FLEET, "fleet", r -> overview()),
                new Route("GET", FLEET + "/hosts", "fleet-hosts", this::hosts),
                new Route("GET", HOST, "fleet-host", this::host),
                new Route("GET", HOST + "/drain", "fleet-drain", this::drain),
                new Route("GET", TYPE + "/where", "fleet-where", this::where),
                new Route("GET", TYPE + "/matrix", "fleet-matrix", this::matrix));
    }

    private static Fleet none() {
        throw new RefusedException(
                Errno.ENOENT,
                "this console was started without an inventory of hosts",
                "Name one: vfio serve --console --inventory WHERE, as vfio fleet --help has it.");
    }

    private Response overview() {
        return summed(view.get()).overview();
    }

    /** Counted once for each state of the fleet, whoever asks. */
    private synchronized Summed summed(Fleet fleet) {
        Summed known = summed;
        if (known == null || !known.fleet().equals(fleet)) {
            List<Capacity> types = Capacity.of(fleet);
            known = new Summed(fleet, types, Response.json(FleetJson.overview(fleet, facts, types)));
            summed = known;
        }
        return known;
    }

    private Response hosts(Request request) {
        String text = request.parameter("find").orElse("").strip().toLowerCase(Locale.ROOT);
        Optional<String> type = request.parameter("type").filter(t -> !t.isEmpty());
        HostOrder order = HostOrder.of(request.parameter("sort").orElse("name"));
        int offset = request.number("offset", 0, Integer.MAX_VALUE);
        int limit = request.number("limit", MAX_PAGE / 2, MAX_PAGE);
        Fleet fleet = view.get();
        List<FleetHost> found = fleet.hosts().stream()
                .filter(host -> type.isEmpty() || facts.of(host).left(type.get()) > 0)
                .filter(host -> text.isEmpty() || facts.of(host).words().contains(text))
                .sorted(order.comparator(facts, type.orElse("")))
                .toList();
        ObjectNode document =
                FleetJson.document(fleet).put("found", found.size()).put("offset", offset);
        var page = document.putArray("hosts");
        found.stream()
                .skip(offset)
                .limit(limit)
                .forEach(host -> page.add(FleetJson.line(host, facts.of(host), type.orElse(""))));
        return Response.json(document);
    }

    private Response host(Request request) {
        Fleet fleet = view.get();
        FleetHost host = FleetQuestions.require(fleet, request.named("host"));
        return Response.json(FleetJson.host(fleet, host, facts.of(host)));
    }

    private Response where(Request request) {
        int most = request.number("most", 10, MAX_PLACES);
        Fleet fleet = view.get();
        String type = known(fleet, request.named("type"));
        return Response.json(
                FleetJson.where(fleet, type, questions.whereType(fleet, type, Ranking.PACK, Math.max(1, most))));
    }

    private Response matrix(Request request) {
        Fleet fleet = view.get();
        String type = known(fleet, request.named("type"));
        String host = request.parameter("host").orElse("");
        if (!host.isEmpty()) {
            FleetQuestions.require(fleet, host);
        }
        Matrix matrix = inTurn(() -> questions.matrix(fleet, type, host.isEmpty() ? null : host, MAX_GROUPS));
        return Response.json(MatrixJson.of(fleet, facts, matrix, host));
    }

    private Response drain(Request request) {
        Fleet fleet = view.get();
        FleetHost host = FleetQuestions.require(fleet, request.named("host"));
        return Response.json(FleetJson.drain(fleet, inTurn(() -> questions.drain(fleet, host.name()))));
    }

    private String known(Fleet fleet, String type) {
        if (summed(fleet).types().stream().noneMatch(c -> c.type().equals(type))) {
            throw new RefusedException(
                    Errno.ENODEV,
                    "no host of the inventory has the type " + ForeignText.cut(type, 80),
                    FLEET + " has those there are.");
        }
        return type;
    }

    private <T> T inTurn(Supplier<T> question) {
        try {
            if (!turns.tryAcquire(TURN_SECONDS, TimeUnit.SECONDS)) {
                throw new RefusedException(
                        Errno.EAGAIN, "others ask as much as can be answered at a time", "Ask again later.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedException(Errno.EAGAIN, "the console ends", "");
        }
        try {
            return question.get();
        } finally {
            turns.release();
        }
    }
}
